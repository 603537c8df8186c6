// The code in docs/ runs, and prints what stands beside it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setBackend } from '../src/node.js';
import { runPage } from './support/documents.js';

beforeAll(async () => {
  await setBackend('wasm');
});
afterAll(async () => {
  await setBackend('reference');
});

test.each(['metrics.md'])('docs/%s', async (page) => {
  const { printed, expected } = await runPage(page);
  expect(expected.length).toBeGreaterThan(0);
  expect(printed).toEqual(expected);
});
