// Where the text of an SVG document that Vega wrote stands, in the document's own coordinates.
import { readAttributes, resolveEntities } from '../render/svg-text.js';

export interface PlacedText {
  readonly text: string;
  readonly x: number;
  /** Of the base line. */
  readonly y: number;
  readonly size: number;
  readonly anchor: 'start' | 'middle' | 'end';
  /** In degrees, clockwise. */
  readonly angle: number;
  readonly colour: string;
}

/** Where a group's origin lies and how it is turned; Vega's groups are moved and turned, not scaled. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly angle: number;
}

const tag = /<(\/?)(g|svg|text)\b([^>]*?)(\/?)>/g;

function moved(place: Place, transform: string | undefined): Place {
  let { x, y, angle } = place;
  for (const [, kind, list] of (transform ?? '').matchAll(/(translate|rotate)\(([^)]*)\)/g)) {
    const [first = 0, second = 0] = list!.split(/[\s,]+/).map(Number);
    if (kind === 'rotate') {
      angle += first;
      continue;
    }
    const radians = (angle * Math.PI) / 180;
    x += first * Math.cos(radians) - second * Math.sin(radians);
    y += first * Math.sin(radians) + second * Math.cos(radians);
  }
  return { x, y, angle };
}

/** Every visible line of text. */
export function placedTexts(svg: string): PlacedText[] {
  const places: Place[] = [{ x: 0, y: 0, angle: 0 }];
  const texts: PlacedText[] = [];
  for (const match of svg.matchAll(tag)) {
    const [whole, closing, name, attributeText, selfClosing] = match;
    if (name !== 'text') {
      if (closing === '/') places.pop();
      else if (selfClosing !== '/') places.push(moved(places.at(-1)!, readAttributes(attributeText!).transform));
      continue;
    }
    if (closing === '/' || selfClosing === '/') continue;
    const attributes = readAttributes(attributeText!);
    if (attributes.opacity === '0') continue;
    const start = match.index + whole.length;
    const content = svg.slice(start, svg.indexOf('</text>', start));
    const place = moved(places.at(-1)!, attributes.transform);
    const lines = content.includes('<tspan')
      ? [...content.matchAll(/<tspan[^>]*>(.*?)<\/tspan>/gs)].map(([, line]) => line!)
      : [content];
    const size = Number.parseFloat(attributes['font-size'] ?? '11');
    lines.forEach((line, index) => {
      if (line === '') return;
      texts.push({
        text: resolveEntities(line),
        x: place.x,
        y: place.y + index * size * 1.2,
        size,
        anchor: (attributes['text-anchor'] as PlacedText['anchor'] | undefined) ?? 'start',
        angle: place.angle,
        colour: attributes.fill ?? '#000000',
      });
    });
  }
  return texts;
}
