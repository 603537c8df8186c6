// The pages of docs/hints/: the first program of each brings about its hint, in the very words that the page quotes, and
// the second, the remedy, is silent.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as nacre from 'nacre';
import { beforeAll, describe, expect, test } from 'vitest';
import { hintNames, pageOf } from '../src/nn/hints/hint.js';
import { linesOf } from './support/hints.js';
import { pageProgram, programsIn } from '../tools/page-programs.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));

beforeAll(async () => {
  // Its results are the same bits on every machine, and so are the numbers that the pages quote.
  await nacre.setBackend({ name: 'wasm', threads: 2 });
});

describe.each(hintNames)('the page of %s', (name) => {
  const page = readFileSync(root + pageOf(name), 'utf8');
  const [wrong, right, ...others] = programsIn(page);

  test('shows what goes wrong, with what is said about it', async () => {
    expect(others).toEqual([]);
    const lines = await linesOf(pageProgram(wrong!, nacre));
    const hint = lines.filter((line) => line.includes(pageOf(name)));
    expect(hint).toHaveLength(1);
    expect(hint[0]).toBe(/^> (.*)$/m.exec(page)?.[1]);
  });

  test('has a remedy that helps', async () => {
    expect(await linesOf(pageProgram(right!, nacre))).toEqual([]);
  });
});

test('there is a page for every hint, the list has them all, and their links lead somewhere', () => {
  const folder = `${root}docs/hints/`;
  const pages = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== 'README.md');
  expect(pages.map((file) => `docs/hints/${file}`)).toEqual(hintNames.map(pageOf).sort());
  const list = readFileSync(`${folder}README.md`, 'utf8');
  for (const name of hintNames) expect(list).toContain(`[\`${name}\`](${pageOf(name).slice('docs/hints/'.length)})`);
  for (const file of [...pages, 'README.md'])
    for (const [, target] of readFileSync(folder + file, 'utf8').matchAll(/\]\(([^):]+)\)/g))
      expect(() => readFileSync(folder + target!), `${file}: ${target!}`).not.toThrow();
});
