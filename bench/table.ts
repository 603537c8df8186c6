// The table that the benchmarks print, and what it says in words.
import { isPeer, type Row } from './plan.js';

interface Column {
  readonly title: string;
  readonly isText?: boolean;
  readonly cell: (row: Row) => string;
}

const columns: readonly Column[] = [
  { title: 'workload', isText: true, cell: ({ workload }) => workload },
  { title: 'implementation', isText: true, cell: label },
  { title: 'threads', cell: ({ threads }) => String(threads) },
  { title: 'us/sample', cell: ({ microsecondsPerSample }) => number(microsecondsPerSample) },
  { title: 'least', cell: ({ leastMicrosecondsPerSample }) => number(leastMicrosecondsPerSample) },
  { title: 'GFLOP/s', cell: ({ gflops }) => number(gflops) },
  { title: 'of floor', cell: ({ fractionOfFloor }) => (fractionOfFloor === null ? '' : percent(fractionOfFloor)) },
  { title: '', isText: true, cell: remark },
];

function label({ implementation, backend }: Row): string {
  return `${implementation}-${backend}`;
}

/** With three significant digits. */
function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function percent(fraction: number): string {
  return `${fraction < 0.0995 ? (100 * fraction).toPrecision(2) : (100 * fraction).toFixed(0)}%`;
}

/** What the numbers of a sample do not say. */
function remark(row: Row): string {
  const { note, secondsToFirstStep, residentMegabytes, gigabytesPerSecond, p50Microseconds, p99Microseconds } = row;
  if (note !== undefined) return note;
  if (p50Microseconds !== undefined) return `a call: p50 ${number(p50Microseconds)}, p99 ${number(p99Microseconds)} us`;
  if (secondsToFirstStep !== undefined) return `${secondsToFirstStep.toFixed(2)} s to the first step`;
  if (residentMegabytes !== undefined) return `${residentMegabytes.toFixed(0)} MB resident at most`;
  return gigabytesPerSecond === undefined ? '' : `${number(gigabytesPerSecond)} GB/s`;
}

/** The rows as lines of text in columns. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map(({ cell }) => cell(row)));
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...cells.map((line) => line[i]!.length)));
  const titles = columns.map(({ title }) => title);
  const rule = columns.map(({ title }, i) => (title === '' ? '' : '-'.repeat(widths[i]!)));
  return [titles, rule, ...cells]
    .map((line) =>
      line.map((cell, i) => (columns[i]!.isText ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
    )
    .map((line) => line.trimEnd())
    .join('\n');
}

/** How much faster Nacre is than each peer, a line for each of its rows, and how a loop of one's own compares with fit. */
export function comparisons(rows: readonly Row[]): string[] {
  const timed = rows.flatMap((row) => {
    const { microsecondsPerSample: microseconds } = row;
    return microseconds === null ? [] : [{ ...row, microseconds }];
  });
  const on = ({ threads }: Row): string => `on ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return timed.flatMap((row) => {
    if (isPeer(row)) return [];
    if (row.workload === 'loop') {
      const fit = timed.find(
        (other) => other.workload === 'first' && label(other) === label(row) && other.threads === row.threads,
      );
      if (!fit) return [];
      const part = (fit.microseconds / row.microseconds).toFixed(2);
      return [`loop: ${label(row)} ${on(row)} reaches ${part} of the speed of fit`];
    }
    const parts = timed
      .filter((peer) => isPeer(peer) && peer.workload === row.workload)
      .map((peer) => `${number(peer.microseconds / row.microseconds)} times as fast as ${label(peer)}`);
    return parts.length === 0 ? [] : [`${row.workload}: ${label(row)} ${on(row)} is ${parts.join(', ')}`];
  });
}
