// Draws what a command printed in a terminal as an SVG: `node tools/terminal-picture.mjs < recording > picture.svg`.
// A recording is the raw output with its control characters, for example from `script -qc COMMAND FILE`.
import { text } from 'node:stream/consumers';

/** @typedef {{ character: string, colour: string | undefined, background: string | undefined, bold: boolean }} Cell */

const columns = 88;
const fontSize = 13;
const cellWidth = 7.83;
const lineHeight = 17;
const margin = 16;
const palette = { background: '#1e2127', text: '#d7dae0', faint: '#5c6370' };
/** The colours that the progress bar and the summary use. @type {Record<number, string>} */
const foregrounds = {
  31: '#e06c75',
  32: '#98c379',
  33: '#e5c07b',
  34: '#61afef',
  35: '#c678dd',
  36: '#56b6c2',
  37: '#5c6370',
};
/** The three of 256 colours that the summary uses. @type {Record<number, string>} */
const extended = { 33: '#61afef', 34: '#98c379', 45: '#56b6c2' };

/**
 * Plays the recording on a screen that only grows.
 * @param {string} recording
 * @returns {Cell[][]}
 */
function play(recording) {
  /** @type {Cell[][]} */
  const lines = [[]];
  let column = 0;
  /** @type {string | undefined} */
  let colour;
  /** @type {string | undefined} */
  let background;
  let bold = false;
  // eslint-disable-next-line no-control-regex -- terminals are told what to do by control characters
  for (const token of recording.match(/\u001b\[[0-9;?]*[A-Za-z]|[^]/gu) ?? []) {
    const line = lines[lines.length - 1] ?? [];
    if (token === '\n') {
      lines.push([]);
      column = 0;
    } else if (token === '\r') column = 0;
    else if (token === '\b') column = Math.max(0, column - 1);
    else if (token.startsWith('\u001b')) {
      if (token.endsWith('K')) line.length = column;
      if (!token.endsWith('m')) continue;
      const codes = token.slice(2, -1).split(';').map(Number);
      for (let i = 0; i < codes.length; i++) {
        const code = codes[i] ?? 0;
        if (code === 0) [colour, background, bold] = [undefined, undefined, false];
        else if (code === 1) bold = true;
        else if (code === 22) bold = false;
        else if (code === 39) colour = undefined;
        else if (code === 49) background = undefined;
        else if (code === 38 || code === 48) {
          const isIndexed = codes[i + 1] === 5;
          const value = isIndexed ? indexed(codes[i + 2] ?? 0) : `rgb(${codes.slice(i + 2, i + 5).join()})`;
          if (code === 38) colour = value;
          else background = value;
          i += isIndexed ? 2 : 4;
        } else if (foregrounds[code]) colour = foregrounds[code];
      }
    } else {
      while (line.length < column) line.push({ character: ' ', colour: undefined, background: undefined, bold: false });
      line[column++] = { character: token, colour, background, bold };
    }
  }
  return lines;
}

/** @param {number} number */
function indexed(number) {
  const grey = 8 + 10 * (number - 232);
  return number >= 232 ? `rgb(${grey},${grey},${grey})` : (extended[number] ?? palette.text);
}

/** @param {string} value */
function escape(value) {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');
}

/**
 * @param {Cell | undefined} a
 * @param {Cell | undefined} b
 */
function looksLike(a, b) {
  return a?.colour === b?.colour && a?.background === b?.background && a?.bold === b?.bold;
}

/**
 * @param {Cell[]} line
 * @param {number} y
 */
function drawLine(line, y) {
  let result = '';
  for (let start = 0; start < line.length;) {
    const first = line[start];
    let end = start;
    while (end < line.length && looksLike(line[end], first)) end++;
    const run = line
      .slice(start, end)
      .map((cell) => cell.character)
      .join('');
    const x = (margin + start * cellWidth).toFixed(1);
    const width = ((end - start) * cellWidth).toFixed(1);
    if (first?.background)
      result += `<rect x="${x}" y="${y - 0.8 * lineHeight}" width="${width}" height="${lineHeight}" fill="${first.background}"/>\n`;
    if (run.trim() !== '') {
      const attributes = `${first?.colour ? ` fill="${first.colour}"` : ''}${first?.bold ? ' font-weight="bold"' : ''}`;
      result += `<text x="${x}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs"${attributes}>${escape(run)}</text>\n`;
    }
    start = end;
  }
  return result;
}

const lines = play((await text(process.stdin)).replace(/^Script started.*\n|\n?Script done.*\n?$/g, ''));
while (lines.length > 0 && lines.at(-1)?.every((cell) => cell.character === ' ')) lines.pop();
const width = Math.ceil(2 * margin + columns * cellWidth);
const height = 2 * margin + lines.length * lineHeight;
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="${fontSize}" fill="${palette.text}" xml:space="preserve">
<rect width="100%" height="100%" rx="8" fill="${palette.background}"/>
${lines.map((line, i) => drawLine(line, margin + (i + 0.8) * lineHeight)).join('')}</svg>
`,
);
