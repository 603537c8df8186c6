/* eslint-disable no-control-regex -- what terminals obey begins with the escape character */
import { expect, test } from 'vitest';
import { pictureExamples } from '../../../tests/support/picture-examples.js';
import { readOwnPackageFile } from '../../platform/node/packages.js';
import { resvgDrawing } from '../render/png.js';
import { renderSvg } from '../render/svg.js';
import { columnsOf } from './columns.js';
import { inlineImage } from './image-protocols.js';
import { placedTexts } from './placed-text.js';
import { sizeOfSvg, terminalText } from './show.js';

const draw = resvgDrawing(readOwnPackageFile);

const escapes = /\u001b\[[\d;]*m/g;

const widthOf = (line: string): number => Array.from(line).reduce((sum, character) => sum + columnsOf(character), 0);

test.each(['confusion-matrix', 'history', 'network', 'lines'])(
  '%s as characters is the recorded text',
  async (name) => {
    const svg = await renderSvg(pictureExamples[name]!);
    const text = await terminalText(svg, { columns: 80, colour: 'none' }, draw);
    await expect(text).toMatchFileSnapshot(`../../../tests/golden/pictures/${name}.txt`);
  },
);

test.each(['none', '256', '24bit'] as const)('with colours %s no line is wider than the terminal', async (colour) => {
  for (const name of ['confusion-matrix-shares', 'images', 'roc']) {
    const text = await terminalText(await renderSvg(pictureExamples[name]!), { columns: 60, colour }, draw);
    for (const line of text.split('\n')) expect(widthOf(line.replace(escapes, ''))).toBeLessThanOrEqual(60);
    expect(escapes.test(text)).toBe(colour !== 'none');
  }
});

test('colours are those of the picture, and every line ends without them', async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="66" height="26.4" viewBox="0 0 66 26.4"><rect width="66" height="26.4" fill="#ff0000"/></svg>';
  const text = await terminalText(svg, { columns: 80, colour: '24bit' }, draw);
  const line = `\u001b[38;2;255;0;0;48;2;255;0;0m${' '.repeat(10)}\u001b[0m`;
  expect(text).toBe(`${line}\n${line}\n`);
  expect(await terminalText(svg, { columns: 80, colour: '256' }, draw)).toContain('48;5;196m');
});

test('where a terminal shows images it gets one', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="66" height="20" viewBox="0 0 66 20"/>';
  const kitty = await terminalText(svg, { columns: 80, colour: '24bit', images: 'kitty' }, draw);
  expect(kitty).toMatch(/^\u001b_Ga=T,f=100,c=10,q=2,m=0;iVBOR[\w+/=]*\u001b\\\n$/);
  const iterm2 = await terminalText(svg, { columns: 80, colour: '24bit', images: 'iterm2' }, draw);
  expect(iterm2).toMatch(/^\u001b\]1337;File=inline=1;size=\d+;width=10;preserveAspectRatio=1:iVBOR[\w+/=]*\u0007\n$/);
});

test('a large image goes to kitty in pieces that join to the whole', () => {
  const png = Uint8Array.from({ length: 10_000 }, (_, i) => i & 0xff);
  const pieces = [...inlineImage(png, 'kitty', 40).matchAll(/\u001b_G([^;]*);([^\u001b]*)\u001b\\/g)];
  expect(pieces.map(([, keys]) => /m=(\d)/.exec(keys!)![1])).toEqual(['1', '1', '1', '0']);
  expect(pieces.every(([, , data]) => data!.length <= 4096)).toBe(true);
  expect(pieces.map(([, , data]) => data).join('')).toBe(Buffer.from(png).toString('base64'));
});

test('text is found where groups have moved and turned it', () => {
  const svg = `<svg width="9" height="8"><g transform="translate(10,20)"><g transform="translate(1,2)"><path d=""/>
    <text text-anchor="middle" transform="translate(3,4) rotate(-90) translate(0,-5)" font-size="13px" fill="#123456">a &amp; b</text>
    <text opacity="0">hidden</text></g></g><text transform="translate(1,1)" font-size="10px">end</text></svg>`;
  const [first, second, ...rest] = placedTexts(svg);
  expect(first).toMatchObject({ text: 'a & b', size: 13, anchor: 'middle', angle: -90, colour: '#123456' });
  expect(first!.x).toBeCloseTo(9);
  expect(first!.y).toBeCloseTo(26);
  expect(second).toMatchObject({ text: 'end', x: 1, y: 1, anchor: 'start', angle: 0 });
  expect(rest).toEqual([]);
  expect(sizeOfSvg(svg)).toEqual([9, 8]);
});

test.each([
  ['a', 1],
  ['训', 2],
  ['，', 2],
  ['한', 2],
  ['😀', 2],
  ['\u0301', 0],
  ['█', 1],
  ['─', 1],
])('%s takes %d columns', (character, columns) => {
  expect(columnsOf(character)).toBe(columns);
});
