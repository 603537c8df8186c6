// The table that the benchmarks print, rows as they come, and what it says in words.
import { isPeer, labelOf, type Measurement, type Row } from './plan.js';
import { isProcessName, processes } from './processes.js';

interface Column {
  readonly title: string;
  readonly isText?: boolean;
  /** The least width, so that what comes later fits as well. */
  readonly width?: number;
  readonly cell: (row: Row) => string;
}

const besidePeerTitle = 'x best peer';

const columns: readonly Column[] = [
  { title: 'workload', isText: true, width: 'multiply-add'.length, cell: ({ workload }) => workload },
  { title: 'implementation', isText: true, cell: labelOf },
  { title: 'threads', cell: ({ threads }) => String(threads) },
  { title: 'us/sample', cell: ({ microsecondsPerSample }) => number(microsecondsPerSample) },
  { title: 'least', width: 7, cell: ({ leastMicrosecondsPerSample }) => number(leastMicrosecondsPerSample) },
  { title: 'GFLOP/s', cell: ({ gflops }) => number(gflops) },
  { title: 'of floor', cell: ofFloor },
  { title: besidePeerTitle, isText: true, cell: besidePeer },
  { title: '', isText: true, cell: remark },
];

/** With three significant digits. */
function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function percent(fraction: number): string {
  return `${fraction < 0.0995 ? (100 * fraction).toPrecision(2) : (100 * fraction).toFixed(0)}%`;
}

/** With the floor that is meant, as profiles name it: F of floating-point operations, B of bytes. */
function ofFloor({ fractionOfFloor, nearerFloor }: Row): string {
  if (fractionOfFloor === null) return '';
  return `${percent(fractionOfFloor)}${nearerFloor === undefined ? '' : nearerFloor === 'memory' ? ' B' : ' F'}`;
}

function besidePeer({ bestPeer, timesBestPeer }: Row): string {
  return timesBestPeer === undefined ? '' : `${number(timesBestPeer)} ${bestPeer}`;
}

/** What the numbers of a sample do not say. */
function remark(row: Row): string {
  const { note, seconds, compileSeconds, accuracy, peakMegabytes, gigabytesPerSecond } = row;
  const { p50Microseconds, p99Microseconds, timesBestP99 } = row;
  if (note !== undefined) return note;
  if (p50Microseconds !== undefined) {
    const beside = timesBestP99 === undefined ? '' : `, the least p99 of a peer is ${number(timesBestP99)} of that`;
    return `a call: p50 ${number(p50Microseconds)}, p99 ${number(p99Microseconds)} us${beside}`;
  }
  if (compileSeconds !== undefined)
    return `${seconds!.toFixed(2)} s to the first step with an empty cache, ${compileSeconds.toFixed(2)} s more than with a full one`;
  if (accuracy !== undefined) return `${seconds!.toFixed(2)} s to a test accuracy of ${(100 * accuracy).toFixed(2)}%`;
  if (seconds !== undefined) return `${seconds.toFixed(2)} s to ${endOf(row)}${leastAndBar(row)}`;
  if (peakMegabytes !== undefined) return `${peakMegabytes.toFixed(0)} MB resident at most`;
  return gigabytesPerSecond === undefined ? '' : `${number(gigabytesPerSecond)} GB/s`;
}

/** What a start ends with. */
function endOf({ workload }: Row): string {
  const what = isProcessName(workload) ? processes[workload].what : 'start';
  if (what === 'import') return 'the end of import';
  return what === 'load' ? 'the first prediction' : 'the first step';
}

function leastAndBar({ leastSeconds, barSeconds }: Row): string {
  const least = leastSeconds === undefined ? '' : `, at least ${leastSeconds.toFixed(2)}`;
  return barSeconds === undefined ? least : `${least}; the bar is ${barSeconds.toFixed(1)} s`;
}

/** A table whose columns are as wide as they need to be before the numbers are known. */
export class Table {
  readonly #widths: readonly number[];

  /** @param names what will be in its rows; the floors' names are known */
  constructor(names: readonly Measurement[]) {
    const longest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));
    const [workload, implementation] = [longest(names.map((one) => one.workload)), longest(names.map(labelOf))];
    const needed: Readonly<Record<string, number>> = {
      workload,
      implementation,
      [besidePeerTitle]: '0.000 '.length + longest(names.filter(isPeer).map(labelOf)),
    };
    this.#widths = columns.map(({ title, width = 0 }) => Math.max(title.length, width, needed[title] ?? 0));
  }

  /** The titles, and a rule below them. */
  head(): string {
    const rule = columns.map(({ title }, i) => (title === '' ? '' : '-'.repeat(this.#widths[i]!)));
    return [columns.map(({ title }) => title), rule].map((cells) => this.#line(cells)).join('\n');
  }

  /** A line for each row. */
  lines(rows: readonly Row[]): string {
    return rows.map((row) => this.#line(columns.map(({ cell }) => cell(row)))).join('\n');
  }

  #line(cells: readonly string[]): string {
    const padded = cells.map((cell, i) =>
      columns[i]!.isText ? cell.padEnd(this.#widths[i]!) : cell.padStart(this.#widths[i]!),
    );
    return padded.join('  ').trimEnd();
  }
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
        (other) => other.workload === 'first' && labelOf(other) === labelOf(row) && other.threads === row.threads,
      );
      if (!fit) return [];
      const part = (fit.microseconds / row.microseconds).toFixed(2);
      return [`loop: ${labelOf(row)} ${on(row)} reaches ${part} of the speed of fit`];
    }
    const parts = timed
      .filter((peer) => isPeer(peer) && peer.workload === row.workload)
      .map((peer) => `${number(peer.microseconds / row.microseconds)} times as fast as ${labelOf(peer)}`);
    return parts.length === 0 ? [] : [`${row.workload}: ${labelOf(row)} ${on(row)} is ${parts.join(', ')}`];
  });
}
