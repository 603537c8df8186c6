// Gives a test run a cache folder of its own: nothing that was compiled before is taken for tested, and nothing is left.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Called by Vitest before the processes that run the tests; they get its environment. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'nacre-tests-'));
  process.env.NACRE_CACHE = folder;
  return () => rmSync(folder, { recursive: true });
}
