// Turns the text of an SVG document into outlines of one font, so that it looks the same wherever it is drawn.
import type { PictureFont } from './font.js';
import { replaceText, textsOf } from './svg-text.js';
import { drawnWeight } from './text-width.js';

const characters = (text: string): string[] => Array.from(text);

/** What moves from a text to the path that draws it. */
const kept = ['transform', 'fill', 'fill-opacity', 'opacity', 'stroke', 'stroke-width', 'stroke-opacity'] as const;

/** `svg` with paths in place of its text. */
export async function outlineText(svg: string, font: PictureFont): Promise<string> {
  await font.load(textsOf(svg).flatMap(({ lines }) => lines.flatMap(characters)));
  return replaceText(svg, ({ attributes, lines, lineHeight }) => {
    const size = Number.parseFloat(attributes['font-size'] ?? '11');
    const weight = drawnWeight(attributes['font-weight']);
    const paths = lines.flatMap((line, index) => {
      const outlines = characters(line).map((character) => font.outline(character, weight));
      const width = outlines.reduce((sum, { advance }) => sum + advance, 0);
      const anchor = attributes['text-anchor'];
      let x = anchor === 'middle' ? -width / 2 : anchor === 'end' ? -width : 0;
      return outlines.map(({ path, advance }) => {
        const place = `translate(${Math.round(x)},${Math.round((index * lineHeight * 1000) / size)})`;
        x += advance;
        return path === '' ? '' : `<path transform="${place}" d="${path}"/>`;
      });
    });
    const given = kept.flatMap((name) => (attributes[name] === undefined ? [] : [`${name}="${attributes[name]}"`]));
    return `<g ${given.join(' ')}><g transform="scale(${size / 1000})">${paths.join('')}</g></g>`;
  });
}
