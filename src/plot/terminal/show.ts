// Shows a picture in a terminal: as an image where it can show images, else as block characters.
import type { DrawSvg } from '../render/png.js';
import { replaceText } from '../render/svg-text.js';
import { inlineImage, type ImageProtocol } from './image-protocols.js';
import { placedTexts } from './placed-text.js';
import { drawQuadrants } from './quadrants.js';

/** What is asked of the terminal. */
export interface PictureTerminal {
  /** Width in characters. */
  readonly columns: number;
  readonly colour: 'none' | '256' | '24bit';
  readonly images?: ImageProtocol | undefined;
}

// The width of a letter of the pictures' labels: one column of the terminal stands for it, so that labels fit.
const pixelsPerColumn = 6.6;
// A character is about twice as high as it is wide.
const pixelsPerLine = 2 * pixelsPerColumn;

/** The text that shows `svg`, a newline at the end. */
export async function terminalText(svg: string, terminal: PictureTerminal, draw: DrawSvg): Promise<string> {
  const [width, height] = sizeOfSvg(svg);
  const columns = Math.max(1, Math.min(terminal.columns, Math.ceil(width / pixelsPerColumn)));
  if (terminal.images !== undefined) return inlineImage((await draw(svg, 2)).png, terminal.images, columns);
  const lines = Math.max(1, Math.round((height / width) * columns * (pixelsPerColumn / pixelsPerLine)));
  const drawing = await draw(
    replaceText(svg, () => ''),
    Math.min(2, (8 * columns) / width),
  );
  return `${drawQuadrants(drawing, placedTexts(svg), { columns, lines, colour: terminal.colour, width, height })}\n`;
}

export function sizeOfSvg(svg: string): readonly [width: number, height: number] {
  const [, width, height] = /<svg[^>]*\bwidth="([\d.]+)"[^>]*\bheight="([\d.]+)"/.exec(svg) ?? [];
  return [Number(width ?? 300), Number(height ?? 150)];
}
