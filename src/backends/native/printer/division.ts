// Divides functions between files that are compiled at the same time, so that a program is ready sooner.

/** A file takes a compiler's start and its reading of the prelude: less than this is not worth one of its own. */
const leastPerFile = 16_000;

/** More files are hardly ready sooner, as the largest function is in one of them. */
const mostFiles = 8;

/** What compiling a function takes beside what its length tells, in characters. */
const perFunction = 2000;

/** How long compiling takes, in characters; a thousand of them are about 3.5 ms of GCC 12. */
export const compilingCost = (text: string): number =>
  text.length + perFunction * (text.match(/\bNOINLINE\b/g)?.length ?? 0);

/**
 * The file of each function, from 0; together they take as long as can be had by giving each, the longest first, to the
 * file that has least. Files in which there is nothing do not occur.
 * @param costs how long compiling each takes
 * @param first what the first file has to compile anyway
 * @param most how many files there may be
 */
export function divideFunctions(costs: readonly number[], first: number, most: number): number[] {
  const total = costs.reduce((sum, cost) => sum + cost, first);
  const files = Math.max(1, Math.min(most, mostFiles, costs.length, Math.floor(total / leastPerFile)));
  const loads = Array.from({ length: files }, (_, file) => (file === 0 ? first : 0));
  const fileOf = costs.map(() => 0);
  const longestFirst = costs.map((_, i) => i).sort((a, b) => costs[b]! - costs[a]! || a - b);
  for (const i of longestFirst) {
    const file = loads.indexOf(Math.min(...loads));
    fileOf[i] = file;
    loads[file]! += costs[i]!;
  }
  // The first file is there in any case; another one might have got nothing.
  const used = [...new Set([0, ...fileOf])].sort((a, b) => a - b);
  return fileOf.map((file) => used.indexOf(file));
}
