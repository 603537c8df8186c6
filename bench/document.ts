// Prints the tables of README and docs/performance.md from the files of runs (`--json FILE`), as Markdown:
// `node build/bench/document.js FILE...`. Of several files the later ones' rows count.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Row } from './plan.js';

interface Contestant {
  readonly implementation: string;
  readonly backend: string;
  readonly title: string;
}

const native: Contestant = { implementation: 'nacre', backend: 'native', title: '**Nacre, native**' };
const wasm: Contestant = { implementation: 'nacre', backend: 'wasm', title: '**Nacre, WebAssembly**' };
const jax: Contestant = { implementation: 'jax', backend: 'jit', title: 'JAX, jitted' };
const pytorch: Contestant = { implementation: 'pytorch', backend: 'eager', title: 'PyTorch' };
const peers: readonly Contestant[] = [
  jax,
  { implementation: 'keras', backend: 'jax', title: 'Keras on JAX' },
  pytorch,
  { implementation: 'pytorch', backend: 'compile', title: 'PyTorch, `torch.compile`' },
  { implementation: 'keras', backend: 'tensorflow', title: 'Keras on TensorFlow' },
  { implementation: 'onnxruntime', backend: 'cpu', title: 'onnxruntime' },
  { implementation: 'tfjs', backend: 'wasm', title: 'TensorFlow.js, WebAssembly' },
  { implementation: 'tfjs', backend: 'cpu', title: 'TensorFlow.js, cpu' },
  { implementation: 'jax-js', backend: 'wasm', title: 'jax-js, WebAssembly' },
];

/** A number with three significant digits, four from 1000 on. */
function digits(value: number | null | undefined): string {
  if (value === null || value === undefined) return '';
  const rounded = Number(value.toPrecision(value >= 1000 ? 4 : 3));
  return value >= 100 ? rounded.toLocaleString('en') : value.toPrecision(3);
}

/** With two significant digits. */
function factor(value: number): string {
  return value >= 10 ? Number(value.toPrecision(2)).toLocaleString('en') : value.toPrecision(2);
}

const percent = (fraction: number): string => `${(100 * fraction).toFixed(0)}%`;

/** The median, the least in brackets. */
const microseconds = (row: Row | undefined): string =>
  row?.microsecondsPerSample ? `${digits(row.microsecondsPerSample)} (${digits(row.leastMicrosecondsPerSample)})` : '';

const milliseconds = (row: Row | undefined): string =>
  row?.seconds === undefined ? '' : `${digits(1000 * row.seconds)} (${digits(1000 * row.leastSeconds!)})`;

const times = (row: Row | undefined): string =>
  row?.timesBestPeer === undefined ? '' : `${row.timesBestPeer.toFixed(2)} ${row.bestPeer}`;

function ofFloor(row: Row | undefined): string {
  const { fractionOfFloor, microsecondsPerSample, leastMicrosecondsPerSample } = row ?? {};
  if (!fractionOfFloor || !microsecondsPerSample) return '';
  return `${percent(fractionOfFloor)} (${percent((fractionOfFloor * microsecondsPerSample) / leastMicrosecondsPerSample!)})`;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Finds what a contestant was measured at, with the most threads. */
class Rows {
  readonly #rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  of(workload: string, { implementation, backend }: Omit<Contestant, 'title'>): Row | undefined {
    return this.#rows
      .filter((row) => row.workload === workload && row.implementation === implementation && row.backend === backend)
      .sort((a, b) => b.threads - a.threads)[0];
  }

  /** Those that were measured, in their order. */
  workloads(pattern: RegExp): string[] {
    return [...new Set(this.#rows.map(({ workload }) => workload))].filter((workload) => pattern.test(workload));
  }

  /** The peers that were measured in one of the workloads. */
  peersIn(workloads: readonly string[]): Contestant[] {
    return peers.filter((peer) => workloads.some((workload) => this.of(workload, peer)));
  }

  get versions(): string[] {
    return [...new Set(this.#rows.flatMap(({ version }) => (version ? [version] : [])))];
  }
}

function training(rows: Rows): string {
  const workloads = ['first', 'cnn'];
  const body = [native, wasm, ...rows.peersIn(workloads)].map((contestant) => [
    contestant.title,
    ...workloads.flatMap((workload) => {
      const [own, row] = [rows.of(workload, native), rows.of(workload, contestant)];
      const isOurs = contestant === native || contestant === wasm;
      const [time, ownTime] = [row?.microsecondsPerSample, own?.microsecondsPerSample];
      return [microseconds(row), isOurs || !time || !ownTime ? '' : factor(time / ownTime)];
    }),
  ]);
  return table(['', ...workloads.flatMap((name) => [`\`${name}\``, 'Nacre is so many times as fast'])], body);
}

function kernels(rows: Rows): string {
  const workloads = rows.workloads(
    /^(first-[bw]\d+$|matmul-.*\d(-[nt]{2})?$|conv-|softmax|layer-norm|elementwise|adam)/,
  );
  const body = workloads.map((workload) => {
    const own = rows.of(workload, native);
    const others = [pytorch, jax].map((peer) => digits(rows.of(workload, peer)?.microsecondsPerSample));
    return [`\`${workload}\``, microseconds(own), ofFloor(own), ...others, times(own)];
  });
  return table(['', 'Nacre (least)', 'of the floor (least)', 'PyTorch', 'JAX', 'times the best peer'], body);
}

function calls(rows: Rows): string {
  const body = rows
    .workloads(/^matmul-.*-(call|read)$/)
    .map((workload) => [
      `\`${workload}\``,
      ...[native, pytorch, jax].map((contestant) => microseconds(rows.of(workload, contestant))),
      times(rows.of(workload, native)),
    ]);
  return table(['', 'Nacre', 'PyTorch', 'JAX', 'times the best peer'], body);
}

function inference(rows: Rows): string {
  const workloads = ['first-infer-b1', 'cnn-infer-b1', 'first-infer-b256', 'cnn-infer-b256'];
  const ours = [
    { ...native, title: '**Nacre, `predict`**' },
    { ...native, implementation: 'nacre-compile', title: '**Nacre, a compiled function**' },
    { ...wasm, title: '**Nacre on WebAssembly, `predict`**' },
  ];
  const body = [...ours, ...rows.peersIn(workloads)].map((contestant) => [
    contestant.title,
    ...workloads.flatMap((workload) => {
      const row = rows.of(workload, contestant);
      return workload.endsWith('b1')
        ? [digits(row?.p50Microseconds), digits(row?.p99Microseconds)]
        : [microseconds(row)];
    }),
  ]);
  return table(['', '`first`, 1', 'p99', '`cnn`, 1', 'p99', '`first`, 256', '`cnn`, 256'], body);
}

/** Whatever counts seconds: starts, first uses, and time to a trained network. */
function starts(rows: Rows): string {
  const workloads = rows.workloads(/^(import|.*-(start|compile|trained)|cnn-load-.*)$/);
  const others = rows.peersIn(workloads);
  const body = workloads.map((workload) => {
    const own = rows.of(workload, native) ?? rows.of(workload, { implementation: 'nacre', backend: 'none' });
    const bar = own?.barSeconds === undefined ? '' : digits(1000 * own.barSeconds);
    const compiling = own?.compileSeconds === undefined ? '' : `, ${digits(1000 * own.compileSeconds)} of it compiling`;
    const cells = [milliseconds(own) + compiling, milliseconds(rows.of(workload, wasm)), bar];
    return [`\`${workload}\``, ...cells, ...others.map((peer) => milliseconds(rows.of(workload, peer)))];
  });
  return table(['', 'Nacre, native', 'Nacre, WebAssembly', 'bar', ...others.map(({ title }) => title)], body);
}

function memory(rows: Rows): string {
  const workloads = rows.workloads(/-memory$/);
  const body = [native, wasm, ...rows.peersIn(workloads)].map((contestant) => [
    contestant.title,
    ...workloads.map((workload) => digits(rows.of(workload, contestant)?.peakMegabytes)),
  ]);
  return table(['megabytes at most', ...workloads.map((name) => `\`${name}\``)], body);
}

const sections = { training, kernels, calls, inference, starts, memory } as const;

/** All tables for which there are rows. */
export function documentRows(all: readonly Row[]): string {
  const rows = new Rows(all);
  const printed = Object.entries(sections).flatMap(([name, section]) => {
    const text = section(rows);
    const hasFigures = text.split('\n').some((line) => /\| \d/.test(line));
    return hasFigures ? [[`### ${name}`, text].join('\n\n')] : [];
  });
  return [...printed, `Peers: ${rows.versions.join('; ')}`].join('\n\n');
}

/** Of several runs' rows, the last of each measurement. */
export function lastOfEach(runs: readonly (readonly Row[])[]): Row[] {
  const last = new Map<string, Row>();
  for (const row of runs.flat()) {
    const { workload, implementation, backend, threads } = row;
    last.set([workload, implementation, backend, threads].join(), row);
  }
  return [...last.values()];
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const files = process.argv.slice(2);
  if (files.length === 0) throw new Error('Expected the files of runs, as --json writes them.');
  const runs = await Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Row[]));
  console.log(documentRows(lastOfEach(runs)));
}
