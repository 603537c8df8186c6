// Prints a profile as a table: a line a kernel, what takes longest first.
import type { KernelProfile, ProfileFigures } from './profile-figures.js';

interface Column {
  readonly title: string;
  readonly cell: (kernel: KernelProfile) => string;
}

const usualWidth = 100;
/** Operations are shortened, but not to nothing; a narrower table is wider than it was asked to be. */
const leastOperations = 16;

export function formatProfile(figures: ProfileFigures, width = usualWidth): string {
  const { backend, threads, step, kernels, floors } = figures;
  const columns: Column[] = [
    { title: 'us', cell: ({ microseconds }) => threeDigits(microseconds) },
    ...(threads > 1
      ? [{ title: '1 thread', cell: (kernel: KernelProfile) => threeDigits(kernel.microsecondsOnOneThread) }]
      : []),
    { title: 'GFLOP/s', cell: ({ gigaflopsPerSecond }) => threeDigits(gigaflopsPerSecond) },
    { title: 'GB/s', cell: ({ gigabytesPerSecond }) => threeDigits(gigabytesPerSecond) },
    { title: 'share', cell: ({ share }) => percent(share) },
    {
      title: 'of floor',
      cell: ({ floorFraction, bound }) => `${percent(floorFraction)} ${bound === 'memory' ? 'B' : 'F'}`,
    },
  ];
  const sorted = [...kernels].sort((a, b) => b.microseconds - a.microseconds);
  const cells = sorted.map((kernel) => columns.map(({ cell }) => cell(kernel)));
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)));
  // Each column has a space at either side and a border to its left; the last border closes the table.
  const taken = widths.reduce((sum, own) => sum + own + 3, 0) + 4;
  const operations = sorted.map((kernel) => shortOperations(kernel.operations));
  const longest = Math.max('Kernel'.length, ...operations.map(({ length }) => length));
  const first = Math.min(longest, Math.max(leastOperations, width - taken));

  const all = [first, ...widths];
  const rule = (left: string, line: string, between: string, right: string): string =>
    left + all.map((own) => line.repeat(own + 2)).join(between) + right;
  const row = (border: string, texts: readonly string[]): string =>
    `${border} ${texts.map((text, i) => (i === 0 ? text.padEnd(first) : text.padStart(all[i]!))).join(` ${border} `)} ${border}`;
  const inAll = `${count(kernels.length, 'kernel')} in ${count(step.phases, 'phase')}`;
  const single = threads > 1 ? ` (${threeDigits(step.microsecondsOnOneThread)} us on one)` : '';
  return [
    `A step on ${backend}, ${count(threads, 'thread')}: ${threeDigits(step.microseconds)} us${single}; ${inAll}`,
    rule('┏', '━', '┳', '┓'),
    row('┃', ['Kernel', ...columns.map(({ title }) => title)]),
    rule('┡', '━', '╇', '┩'),
    ...cells.map((texts, i) => row('│', [shortened(operations[i]!, first), ...texts])),
    rule('└', '─', '┴', '┘'),
    ` Kernels by themselves: ${threeDigits(step.kernelMicroseconds)} us, ${percent(step.floorMicroseconds / step.kernelMicroseconds)} of the floor; the step: ${percent(step.floorFraction)}`,
    ` Arithmetic: ${threeDigits(step.flops / 1e6)} MFLOP a step, ${threeDigits(step.gigaflopsPerSecond)} GFLOP/s; floor (F): ${threeDigits(floors.gigaflopsPerSecond)} GFLOP/s`,
    ` Memory: ${threeDigits(step.bytes / 1e6)} MB a step, ${threeDigits(step.gigabytesPerSecond)} GB/s; floor (B): ${threeDigits(floors.gigabytesPerSecond)} GB/s`,
    ` Temporaries: ${mebibytes(step.temporaryBytes)} (at least ${mebibytes(step.temporaryFloorBytes)})`,
    '',
  ].join('\n');
}

/** The operations with their shapes, a shape left out where it is that of the operation before. */
function shortOperations(operations: string): string {
  let before = '';
  return operations
    .split(/(?<=[,;] )/)
    .map((text) => {
      const shape = /\[.*\]/.exec(text)?.[0] ?? before;
      const isSame = shape === before;
      before = shape;
      return isSame ? text.replace(` ${shape}`, '') : text;
    })
    .join('');
}

function shortened(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function threeDigits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(fraction < 0.0995 ? 1 : 0)}%`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
