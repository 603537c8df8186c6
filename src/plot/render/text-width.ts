// How wide a text is in Noto Sans SC, without the font: pictures are laid out alike on every machine, whether it has the
// font or not. outlines.test.ts compares the table with the font itself.

/** Advance widths of the characters from space to tilde, in thousandths of the font size. */
const regular = [
  224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392, 555, 555, 555, 555, 555, 555, 555,
  555, 555, 555, 278, 278, 555, 555, 555, 474, 946, 608, 657, 638, 688, 589, 552, 689, 728, 293, 535, 646, 543, 812,
  723, 742, 633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338, 392, 338, 555, 559, 606, 563, 618, 510, 620,
  554, 325, 564, 607, 275, 275, 552, 284, 926, 610, 606, 620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338,
  270, 338, 555,
];
const semibold = [
  226, 357, 546, 580, 580, 951, 723, 311, 367, 367, 495, 580, 311, 364, 311, 389, 580, 580, 580, 580, 580, 580, 580,
  580, 580, 580, 311, 311, 580, 580, 580, 503, 990, 632, 674, 651, 707, 608, 576, 709, 749, 319, 559, 675, 568, 842,
  742, 762, 658, 762, 669, 616, 618, 740, 606, 904, 611, 566, 610, 367, 389, 367, 580, 565, 620, 583, 637, 522, 637,
  573, 359, 588, 631, 296, 297, 589, 306, 953, 632, 620, 637, 637, 423, 487, 408, 629, 560, 846, 544, 559, 501, 367,
  289, 367, 580,
];

const firstInTable = 0x20;
// What the table leaves out is either a letter or sign about as wide as a digit, or as wide as it is high.
const usual = 580;
const square = 1000;
const narrow: Readonly<Record<string, number>> = { '·': 280, '°': 380, '✓': 683 };

/** The font's weight that a text of CSS weight `weight` is drawn in. */
export function drawnWeight(weight: number | string | undefined): 400 | 600 {
  return weight === 'bold' || Number(weight) >= 550 ? 600 : 400;
}

/** From arrows and marks on to Chinese; before and between them is the minus sign. */
function isSquare(character: string, codePoint: number): boolean {
  return character === '…' || (codePoint >= 0x2190 && codePoint !== 0x2212);
}

/** What Vega draws of a value: nothing of what is missing. */
function plainText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** The width in pixels of `text` (lists of lines: the widest) at `fontSize` pixels. */
export function textWidth(text: unknown, fontSize: number, weight?: number | string): number {
  if (Array.isArray(text)) return Math.max(0, ...text.map((line) => textWidth(line, fontSize, weight)));
  const table = drawnWeight(weight) === 600 ? semibold : regular;
  let sum = 0;
  for (const character of plainText(text)) {
    const codePoint = character.codePointAt(0)!;
    // The minus sign is as wide as a digit.
    const entry = character === '−' ? '0'.charCodeAt(0) : codePoint;
    sum += table[entry - firstInTable] ?? narrow[character] ?? (isSquare(character, codePoint) ? square : usual);
  }
  return (sum / 1000) * fontSize;
}

/** `text`, its end replaced by dots where it is wider than `width` pixels. */
export function fitText(text: string, width: number, fontSize: number, weight?: number | string): string {
  if (textWidth(text, fontSize, weight) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 1 && textWidth(`${characters.join('')}…`, fontSize, weight) > width) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}
