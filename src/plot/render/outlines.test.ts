import { expect, test } from 'vitest';
import { readOwnPackageFile } from '../../platform/node/packages.js';
import { PictureFont } from './font.js';
import { outlineText } from './outlines.js';
import { resolveEntities, textsOf } from './svg-text.js';
import { textWidth } from './text-width.js';

const font = new PictureFont(readOwnPackageFile);
const ascii = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i));

test.each([400, 600] as const)('the table of widths is that of the font at weight %d', async (weight) => {
  await font.load(ascii);
  for (const character of ascii)
    expect(
      Math.abs(font.outline(character, weight).advance - textWidth(character, 1000, weight)),
      character,
    ).toBeLessThan(1);
});

test('widths of what is not in the table are near those of the font', async () => {
  const others = Array.from('×·±°…é−→✓αβσΔ训练损失');
  await font.load(others);
  for (const character of others)
    expect(Math.abs(font.outline(character, 400).advance - textWidth(character, 1000)), character).toBeLessThan(260);
  // Where numbers and Chinese are laid out, exactly.
  expect(textWidth('−', 1000)).toBe(555);
  expect(textWidth('训练', 12)).toBe(24);
  expect(font.outline('训', 400).advance).toBe(1000);
});

test('each character has an outline of its own, and bold ones differ', async () => {
  const characters = Array.from('Aa0训练α✓×');
  await font.load(characters);
  const paths = characters.flatMap((character) => [
    font.outline(character, 400).path,
    font.outline(character, 600).path,
  ]);
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths.every((path) => path.startsWith('M'))).toBe(true);
});

test('every step of an outline has all its coordinates, also those that round to zero from below', async () => {
  const characters = Array.from(
    '把握学习率损失函数前向传播反向传播优化器过拟合混淆矩阵精确率召回率AaBbGgQqSs0123456789',
  );
  await font.load(characters);
  const coordinates: Readonly<Record<string, number>> = { M: 2, L: 2, Q: 4, C: 6, Z: 0 };
  for (const character of characters)
    for (const weight of [400, 600] as const)
      for (const [step, type] of font.outline(character, weight).path.matchAll(/([A-Z])[^A-Z]*/g))
        expect(step.match(/-?\d+/g)?.length ?? 0, `${step} of ${character} at ${weight}`).toBe(coordinates[type!]);
});

test('what no font has is drawn as the sign for that', async () => {
  await font.load(['\u{1F600}', '\uE000', 'A']);
  expect(font.outline('\uE000', 400).path).toBe(font.outline('\u{1F600}', 400).path);
  expect(font.outline('\uE000', 400).path).not.toBe('');
  expect(() => font.outline('字', 400)).toThrow("'字' was not loaded");
});

test('text becomes paths at the same place, in the same colour', async () => {
  const svg =
    '<svg><text text-anchor="end" transform="translate(5,7)" font-size="20px" font-weight="bold" fill="#f00" opacity="0.5">a&lt;训</text><text/></svg>';
  const outlined = await outlineText(svg, font);
  expect(outlined).not.toContain('<text');
  expect(outlined).toContain('<g transform="translate(5,7)" fill="#f00" opacity="0.5"><g transform="scale(0.02)">');
  // The end is at 0: the first letter begins as far before it as the text is wide.
  const [, first] = /translate\((-\d+),0\)/.exec(outlined)!;
  expect(Number(first)).toBeCloseTo(-textWidth('a<训', 1000, 600), -1);
  expect(outlined.match(/<path/g)?.length).toBe(3);
});

test('lines of one text stand below each other', async () => {
  const svg = '<text font-size="10px"><tspan>one</tspan><tspan x="0" dy="12">two</tspan></text>';
  expect(textsOf(svg)).toEqual([{ attributes: { 'font-size': '10px' }, lines: ['one', 'two'], lineHeight: 12 }]);
  expect(await outlineText(svg, font)).toContain(',1200)');
});

test('entities are resolved, unknown ones stay', () => {
  expect(resolveEntities('&amp;&lt;&#8722;&#x2212;&unknown;')).toBe('&<−−&unknown;');
});
