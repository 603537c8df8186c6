// Numbers to colours along a list of colours at even steps.

export type Rgb = readonly [red: number, green: number, blue: number];

function parse(colour: string): Rgb {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}

/** From [0, 1] to the colours `stops` (`#rrggbb`), linear between them; NaN is drawn as the first. */
export function colourMap(stops: readonly string[]): (position: number) => Rgb {
  const colours = stops.map(parse);
  return (position) => {
    const place = (position > 0 ? Math.min(position, 1) : 0) * (colours.length - 1);
    const index = Math.min(Math.floor(place), colours.length - 2);
    const from = colours[index]!;
    const to = colours[index + 1]!;
    return from.map((channel, i) => Math.round(channel + (to[i]! - channel) * (place - index))) as unknown as Rgb;
  };
}
