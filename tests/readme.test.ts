// README.zh-CN.md says what README.md says: the same code, the same figures, and links that lead somewhere.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const read = (file: string): Promise<string> => readFile(new URL(file, root), 'utf8');
const [english, chinese] = await Promise.all([read('README.md'), read('README.zh-CN.md')]);

const code = (text: string): string[] => text.match(/^```[\s\S]*?^```$/gm) ?? [];
const numbers = (text: string): string[] => text.match(/\d+(?:[.,]\d+)*%?/g) ?? [];
const tables = (text: string): string[][] => (text.match(/^\|.*$/gm) ?? []).map(numbers);
/** The section from this heading to the next. */
const section = (text: string, heading: string): string => {
  const start = text.indexOf(`\n## ${heading}\n`);
  expect(start, heading).toBeGreaterThan(0);
  return text.slice(start, text.indexOf('\n## ', start + 1));
};

test('both have the same code', () => {
  expect(code(chinese)).toEqual(code(english));
  expect(code(english).length).toBeGreaterThan(2);
});

test('their tables have the same figures', () => {
  expect(tables(chinese)).toEqual(tables(english));
});

test('what they say of speed has the same figures', () => {
  const [here, there] = [section(english, 'How fast'), section(chinese, '有多快')];
  expect(numbers(there).sort()).toEqual(numbers(here).sort());
});

test('each links the other at its top', () => {
  expect(english.slice(0, 200)).toContain('](README.zh-CN.md)');
  expect(chinese.slice(0, 200)).toContain('](README.md)');
});

test.each([
  ['README.md', english],
  ['README.zh-CN.md', chinese],
])('the links of %s lead somewhere', async (_, text) => {
  for (const [, target] of text.matchAll(/\]\(([^):#]+)\)/g)) {
    const isFolder = target!.endsWith('/');
    await expect(read(isFolder ? `${target!}README.md` : target!), target).resolves.not.toBe('');
  }
});
