// Every kind of picture: its SVG is the recorded one, nothing of its text is cut off or written over other text, and it
// can be drawn as pixels. `npx vitest run --update tests/pictures.test.ts` records anew; look at what changed.
import { expect, test } from 'vitest';
import { fitText, textWidth } from '../src/plot/render/text-width.js';
import { renderSvg } from '../src/plot/render/svg.js';
import { sizeOfSvg } from '../src/plot/terminal/show.js';
import { placedTexts, type PlacedText } from '../src/plot/terminal/placed-text.js';
import { pictureExamples } from './support/picture-examples.js';

const examples = Object.entries(pictureExamples);

test.each(examples)('%s is drawn as recorded', async (name, spec) => {
  await expect(await renderSvg(spec)).toMatchFileSnapshot(`golden/pictures/${name}.svg`);
});

test('pictures drawn at once are laid out as one by one', async () => {
  const specs = examples.slice(0, 6).map(([, spec]) => spec);
  const together = await Promise.all(specs.map(renderSvg));
  for (const [index, spec] of specs.entries()) expect(together[index]).toBe(await renderSvg(spec));
});

test('Vega measures for others as before', async () => {
  const { textMetrics } = (await import('vega')) as unknown as { textMetrics: { width: unknown } };
  const before = textMetrics.width;
  await Promise.all(examples.slice(0, 3).map(([, spec]) => renderSvg(spec)));
  expect(textMetrics.width).toBe(before);
});

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Where the letters are; only of texts that lie or stand straight. */
function boxOf({ text, x, y, size, anchor, angle }: PlacedText): Box | undefined {
  const width = textWidth(text, size, 400);
  const start = anchor === 'start' ? 0 : anchor === 'end' ? -width : -width / 2;
  const [ascent, descent] = [0.75 * size, 0.05 * size];
  if (angle === 0) return { text, left: x + start, right: x + start + width, top: y - ascent, bottom: y + descent };
  if (angle === -90) return { text, left: x - ascent, right: x + descent, top: y - start - width, bottom: y - start };
  return undefined;
}

test.each(examples)('no text of %s is cut off or covers other text', async (_, spec) => {
  const svg = await renderSvg(spec);
  const [width, height] = sizeOfSvg(svg);
  const boxes = placedTexts(svg)
    .map(boxOf)
    .filter((box) => box !== undefined);
  for (const box of boxes) {
    expect(box.left, box.text).toBeGreaterThanOrEqual(0);
    expect(box.top, box.text).toBeGreaterThanOrEqual(0);
    expect(box.right, box.text).toBeLessThanOrEqual(width);
    expect(box.bottom, box.text).toBeLessThanOrEqual(height);
  }
  const covered = boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `${a.text} | ${b.text}`),
  );
  expect(covered).toEqual([]);
});

test.each(examples)('no text of %s is smaller than 11 pixels', async (_, spec) => {
  for (const { text, size } of placedTexts(await renderSvg(spec))) expect(size, text).toBeGreaterThanOrEqual(11);
});

test('a text that is too wide ends in dots', () => {
  const cut = fitText('a class with a long name', 80, 12);
  expect(cut).toMatch(/^a class.*…$/);
  expect(textWidth(cut, 12)).toBeLessThanOrEqual(80);
  expect(fitText('short', 80, 12)).toBe('short');
});
