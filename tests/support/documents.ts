// Runs the code of a page of docs/, and collects what it prints beside what the page says it prints.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { vi } from 'vitest';

/** What the blocks marked `ts` printed, and what stands after `//` beside each `console.log`, in order. */
export interface PageRun {
  readonly printed: readonly string[];
  readonly expected: readonly string[];
}

/** Runs all blocks of `docs/<page>` marked `ts` in order, as one module. */
export async function runPage(page: string): Promise<PageRun> {
  const text = await readFile(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)), 'utf8');
  const code = Array.from(text.matchAll(/^```ts\n(.*?)^```$/gms), ([, block]) => block!).join('\n');
  const expected = Array.from(code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm), ([, comment]) => comment!);
  const folder = await mkdtemp(join(tmpdir(), 'nacre-docs-'));
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
    printed.push(format(...values));
  });
  try {
    const file = join(folder, page.replace(/\.md$/, '.ts'));
    await writeFile(file, code);
    await import(pathToFileURL(file).href);
    return { printed, expected };
  } finally {
    log.mockRestore();
    await rm(folder, { recursive: true });
  }
}
