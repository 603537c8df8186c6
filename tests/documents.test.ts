// The code in docs/ runs, and prints what stands beside it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { memoryFiles } from '../src/base/files.js';
import { setFiles } from '../src/nn/files.js';
import { setBackend } from '../src/node.js';
import { runPage } from './support/documents.js';

beforeAll(async () => {
  await setBackend('wasm');
});
// What a page writes is gone after it.
beforeEach(() => setFiles(memoryFiles()));
afterAll(async () => {
  await setBackend('reference');
});

test.each([
  'callbacks.md',
  'data.md',
  'metrics.md',
  'pictures.md',
  'report.md',
  'saving.md',
  'tensorboard.md',
  'transfer-learning.md',
])('docs/%s', async (page) => {
  const { printed, expected } = await runPage(page);
  expect(expected.length).toBeGreaterThan(0);
  expect(printed).toEqual(expected);
});
