import { expect, test } from 'vitest';
import { facts, figure, gallery, paragraph, table } from './html.js';
import { count, duration, measure, percent } from './numbers.js';
import { renderPage } from './page.js';

const nasty = `<img src=x onerror="alert('1')"> & co`;

test('text of all kinds is shown and not run', () => {
  const page = renderPage({
    title: nasty,
    lead: nasty,
    tiles: [[nasty, nasty]],
    sections: [
      {
        title: nasty,
        blocks: [
          table({ head: [nasty], rows: [[nasty]], foot: [[nasty]] }),
          facts([[nasty, nasty]]),
          gallery([{ url: 'data:image/png;base64,', lines: [nasty, nasty] }]),
          paragraph(nasty),
        ],
      },
    ],
  });
  expect(page).not.toContain('<img src=x');
  expect(page).not.toContain('onerror="');
  // Title and heading, lead, tile, section, table, facts, gallery with its description, paragraph.
  expect(page.split('&#60;img src=x')).toHaveLength(1 + (2 + 1 + 2 + 1 + 3 + 2 + 4 + 1));
});

test('pictures of one page keep their gradients apart', () => {
  const svg = '<svg width="1"><linearGradient id="gradient_0"/><rect fill="url(#gradient_0)"/></svg>';
  const { html } = figure('roc', svg, ['roc.png']);
  expect(html).toContain('id="roc-gradient_0"');
  expect(html).toContain('fill="url(#roc-gradient_0)"');
  expect(html).toContain('<a href="roc.png">roc.png</a>');
});

test('numbers are written as people read them', () => {
  expect(count(1234567)).toBe('1,234,567');
  expect([0.97564, -0.5, 0, 0.00001234, 12345678, Number.NaN].map(measure)).toEqual([
    '0.9756',
    '−0.5000',
    '0.0000',
    '1.234e−5',
    '1.235e+7',
    '–',
  ]);
  expect([0.9756, undefined].map(percent)).toEqual(['97.6%', '–']);
  expect([12.4, 1234, 59_960, 125_000].map(duration)).toEqual(['12 ms', '1.23 s', '60.0 s', '2 min 5 s']);
});
