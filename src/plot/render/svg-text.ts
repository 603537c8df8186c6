// Finds the text in an SVG document that Vega wrote, for what draws it in other ways.

/** One text element. */
export interface SvgText {
  readonly attributes: Readonly<Record<string, string>>;
  /** Without markup, entities resolved; more than one where the text has several lines. */
  readonly lines: readonly string[];
  /** Pixels from one line to the next. */
  readonly lineHeight: number;
}

// An empty text closes itself.
const element = /<text\b([^>]*?)(?:\/>|>([\s\S]*?)<\/text>)/g;
const attribute = /([\w:-]+)="([^"]*)"/g;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

export function resolveEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal as string, 16));
    return entities[name as string] ?? whole;
  });
}

/** `svg` with every text element replaced by what `draw` returns for it. */
export function replaceText(svg: string, draw: (text: SvgText) => string): string {
  return svg.replace(element, (_, attributes: string, content: string | undefined) =>
    draw(parse(attributes, content ?? '')),
  );
}

/** All text elements in order. */
export function textsOf(svg: string): SvgText[] {
  return [...svg.matchAll(element)].map(([, attributes, content]) => parse(attributes!, content ?? ''));
}

export function readAttributes(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(attribute)].map(([, name, value]) => [name!, resolveEntities(value!)]));
}

function parse(attributeText: string, content: string): SvgText {
  const attributes = readAttributes(attributeText);
  const spans = [...content.matchAll(/<tspan\b([^>]*)>([\s\S]*?)<\/tspan>/g)];
  const lines = spans.length === 0 ? [content] : spans.map(([, , line]) => line!);
  const dy = spans.map(([, span]) => readAttributes(span!).dy).find((value) => value !== undefined);
  return { attributes, lines: lines.map(resolveEntities), lineHeight: Number.parseFloat(dy ?? '0') };
}
