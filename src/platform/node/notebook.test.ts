import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { notebookDisplay } from './notebook.js';

const world = globalThis as { Deno?: unknown };
const [program] = process.argv.slice(1);
const folders: string[] = [];

afterEach(() => {
  delete world.Deno;
  process.argv[1] = program!;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const bundle = { 'image/svg+xml': '<svg/>', 'text/plain': 'a picture' };

test('outside notebooks there is no display', () => {
  expect(notebookDisplay()).toBeUndefined();
  world.Deno = {};
  expect(notebookDisplay()).toBeUndefined();
  world.Deno = Object.defineProperty({}, 'jupyter', {
    get: () => {
      throw new Error('not in a notebook');
    },
  });
  expect(notebookDisplay()).toBeUndefined();
});

test("Deno's notebook gets all forms", async () => {
  const sent: unknown[] = [];
  world.Deno = { jupyter: { broadcast: async (...message: unknown[]) => void sent.push(message) } };
  await notebookDisplay()!(bundle);
  expect(sent).toEqual([['display_data', { data: bundle, metadata: {}, transient: {} }]]);
});

test("tslab's notebook gets the best form", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nacre-notebook-'));
  folders.push(folder);
  for (const name of ['bin', 'dist']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'bin/tslab'), '');
  writeFileSync(
    join(folder, 'dist/public.js'),
    'exports.sent = []; exports.display = { raw: (type, content) => void exports.sent.push([type, content]) };',
  );
  process.argv[1] = join(folder, 'bin/tslab');
  await notebookDisplay()!(bundle);
  const { createRequire } = await import('node:module');
  const { sent } = createRequire(import.meta.url)(join(folder, 'dist/public.js')) as { sent: unknown };
  expect(sent).toEqual([['image/svg+xml', '<svg/>']]);
});

test('a program that is only called tslab is no notebook', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nacre-notebook-'));
  folders.push(folder);
  writeFileSync(join(folder, 'tslab'), '');
  process.argv[1] = join(folder, 'tslab');
  expect(notebookDisplay()).toBeUndefined();
});
