// Reads damaged files, one after the other: each either loads or is refused with an error of Nacre's own, soon, and
// without taking memory that the file cannot account for.
import { NacreError } from '../../src/base/errors.js';
import { RandomStream } from '../../src/base/random.js';
import { setConsole } from '../../src/nn/console.js';
import type { FuzzedFiles, FuzzedFormat } from './fuzzed-format.js';

/** Longer than any small file may take, on a busy machine too. */
const mostMilliseconds = 1000;
/** Of garbage of many kinds; files that say they hold gigabytes are what this is about. */
const mostBytes = 32 * 2 ** 20;

export interface FuzzResult {
  readonly loaded: number;
  readonly refused: number;
  /** What went wrong, with what makes it happen again. */
  readonly failures: readonly string[];
  readonly slowestMilliseconds: number;
  readonly largestBytes: number;
}

const memoryInUse = (): number => {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

async function timeOf(format: FuzzedFormat, files: FuzzedFiles): Promise<number> {
  const start = performance.now();
  await format.read(files).catch(() => undefined);
  return performance.now() - start;
}

/** Number `index` of the damaged files that follow from `seed`. */
export function damagedFile(
  format: FuzzedFormat,
  seeds: readonly FuzzedFiles[],
  seed: number,
  index: number,
): FuzzedFiles {
  const stream = new RandomStream(seed, index);
  return format.damage(seeds[stream.below(seeds.length)]!, stream);
}

export async function fuzz(format: FuzzedFormat, count: number, seed: number): Promise<FuzzResult> {
  silence();
  const seeds = await format.seeds();
  for (const files of seeds) await format.read(files);
  const failures: string[] = [];
  let loaded = 0;
  let refused = 0;
  let slowestMilliseconds = 0;
  let largestBytes = 0;
  for (let index = 0; index < count; index++) {
    const files = damagedFile(format, seeds, seed, index);
    const fail = (what: string): unknown => failures.push(`${format.name}, seed ${seed}, number ${index}: ${what}`);
    const before = memoryInUse();
    const start = performance.now();
    let failed = false;
    try {
      await format.read(files);
      loaded++;
    } catch (error) {
      failed = !(error instanceof NacreError) || error.name === 'InternalError';
      if (failed) fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
      else refused++;
    }
    let milliseconds = performance.now() - start;
    const bytes = memoryInUse() - before;
    // Other work of the machine does not come twice.
    if (!failed && milliseconds > mostMilliseconds) milliseconds = Math.min(milliseconds, await timeOf(format, files));
    if (!failed && milliseconds > mostMilliseconds) fail(`it took ${milliseconds.toFixed(0)} ms`);
    if (!failed && bytes > mostBytes) fail(`it took ${bytes} bytes`);
    slowestMilliseconds = Math.max(slowestMilliseconds, milliseconds);
    largestBytes = Math.max(largestBytes, bytes);
  }
  return { loaded, refused, failures, slowestMilliseconds, largestBytes };
}

/** What is said of models that load in part is not read here. */
function silence(): void {
  setConsole({
    isTerminal: false,
    columns: 80,
    colour: 'none',
    write: () => undefined,
    warn: () => undefined,
    now: () => performance.now(),
  });
}
