// What the machine can do, whatever the program: multiplications and additions of vectors that never leave the
// registers, and bytes that stream through memory. Each for itself, in WebAssembly and in the machine's own code, since
// what is compared is one or the other.
import { Worker } from 'node:worker_threads';
import type * as moduleBuilder from '../src/backends/wasm/encoder/module-builder.js';
import type { FloorTarget } from './plan.js';
import { repository } from './repository.js';

const { ModuleBuilder } = (await import(
  new URL('dist/backends/wasm/encoder/module-builder.js', repository).href
)) as typeof moduleBuilder;

/** As many as hide the latency of an addition behind the others and, with two operands, fit into 16 registers. */
const accumulators = 12;
const unrolled = 4;
const lanes = 4;
/** A multiplication and an addition. */
const operationsPerTurn = 2 * accumulators * unrolled * lanes;

/** Each of the three arrays that a thread streams through: far larger than its share of the caches. */
const streamBytes = 32 * 2 ** 20;
const pageBytes = 2 ** 16;

/** `multiplyAdd(turns)`: each accumulator becomes itself x factor + summand, over and over. */
function multiplyAddModule(): Uint8Array {
  const module = new ModuleBuilder('multiply-add');
  module.addFunction('multiplyAdd', { parameters: ['i32'], results: ['f32'], exported: true }, (code) => {
    const turns = code.parameter(0);
    const first = code.local('v128');
    const sums = [first, ...Array.from({ length: accumulators - 1 }, () => code.local('v128'))];
    const factor = code.local('v128');
    const summand = code.local('v128');
    code.f32x4Const(0.999, 0.998, 0.997, 0.996).set(factor);
    code.f32x4Const(0.1, 0.2, 0.3, 0.4).set(summand);
    sums.forEach((sum, i) => code.f32x4Const(i, i + 1, i + 2, i + 3).set(sum));
    code.loop((again) => {
      for (let i = 0; i < unrolled; i++)
        for (const sum of sums) code.get(sum).get(factor).op('f32x4.mul').get(summand).op('f32x4.add').set(sum);
      code.get(turns).i32Const(1).op('i32.sub').tee(turns).brIf(again);
    });
    // All of them are used, or some could be left out.
    code.get(first);
    for (const sum of sums.slice(1)) code.get(sum).op('f32x4.add');
    code.lane('f32x4.extract_lane', 0);
  });
  return module.toBytes();
}

/** `stream(begin, end)`: a = b + 3 c over these bytes of three arrays that lie behind one another. */
function streamModule(): Uint8Array {
  const module = new ModuleBuilder('stream');
  module.importMemory('env', 'memory', { initial: (3 * streamBytes) / pageBytes, shared: false });
  module.addFunction('stream', { parameters: ['i32', 'i32'], results: [], exported: true }, (code) => {
    const [place, end] = [code.parameter(0), code.parameter(1)];
    const step = 16;
    code.loop((again) => {
      for (let i = 0; i < unrolled; i++) {
        code.get(place);
        code.get(place).load('v128.load', streamBytes + step * i);
        code.get(place).load('v128.load', 2 * streamBytes + step * i);
        code
          .f32x4Const(3, 3, 3, 3)
          .op('f32x4.mul')
          .op('f32x4.add')
          .store('v128.store', step * i);
      }
      code
        .get(place)
        .i32Const(step * unrolled)
        .op('i32.add')
        .tee(place);
      code.get(end).op('i32.lt_u').brIf(again);
    });
  });
  return module.toBytes();
}

/** A worker does the same work for as long as it is told to, and answers with its calls a millisecond. */
const workerSource = `
const { parentPort, workerData } = require('node:worker_threads');
const { multiplyAdd, stream, streamBytes, pageBytes, turns } = workerData;
const arithmetic = new WebAssembly.Instance(new WebAssembly.Module(multiplyAdd)).exports.multiplyAdd;
let streaming;
function streamOnce() {
  if (!streaming) {
    const memory = new WebAssembly.Memory({ initial: (3 * streamBytes) / pageBytes });
    new Float32Array(memory.buffer).fill(1);
    streaming = new WebAssembly.Instance(new WebAssembly.Module(stream), { env: { memory } }).exports.stream;
  }
  // Short calls reach V8's optimising tier sooner than one long one.
  for (let begin = 0; begin < streamBytes; begin += 65536) streaming(begin, begin + 65536);
}
parentPort.on('message', ({ work, milliseconds }) => {
  const once = work === 'stream' ? streamOnce : () => arithmetic(turns);
  once();
  const begin = performance.now();
  let calls = 0;
  while (performance.now() - begin < milliseconds) {
    once();
    calls++;
  }
  parentPort.postMessage(calls / (performance.now() - begin));
});
`;

const turnsPerCall = 10_000;
const burstMilliseconds = 100;

type Work = 'multiplyAdd' | 'stream';

/** Measures what the machine can do in one kind of code, as often as it is asked to. */
export interface FloorProbe {
  /** Measures with these numbers of threads. The best counts: what disturbs a measurement can only make it worse. */
  measure(threadCounts: readonly number[]): Promise<void>;
  /** Billions of floating-point operations a second. */
  gflops(threads: number): number;
  /** Billions of bytes a second, those read and those written, each array counted once. */
  gigabytesPerSecond(threads: number): number;
  close(): Promise<void>;
}

/** The floors of all kinds of code for which there is a probe; a result of another kind has no floor. */
export class Floors {
  readonly #probes: Partial<Readonly<Record<FloorTarget, FloorProbe>>>;

  constructor(mostThreads: number) {
    // A probe of the machine's own code belongs here, as `native`.
    this.#probes = { wasm: new WasmFloorProbe(mostThreads) };
  }

  /** What there is a probe for. */
  get targets(): FloorTarget[] {
    return Object.keys(this.#probes) as FloorTarget[];
  }

  of(target: FloorTarget): FloorProbe | undefined {
    return this.#probes[target];
  }

  async measure(threadCounts: readonly number[]): Promise<void> {
    for (const probe of Object.values(this.#probes)) await probe.measure(threadCounts);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#probes).map((probe) => probe.close()));
  }
}

class WasmFloorProbe implements FloorProbe {
  readonly #workers: readonly Worker[];
  /** Calls a millisecond of all threads together, the most of all measurements. */
  readonly #best = new Map<string, number>();

  constructor(mostThreads: number) {
    const workerData = {
      multiplyAdd: multiplyAddModule(),
      stream: streamModule(),
      streamBytes,
      pageBytes,
      turns: turnsPerCall,
    };
    this.#workers = Array.from({ length: mostThreads }, () => new Worker(workerSource, { eval: true, workerData }));
  }

  async #burst(work: Work, threads: number): Promise<number> {
    const rates = this.#workers.slice(0, threads).map(
      (worker) =>
        new Promise<number>((resolve, reject) => {
          worker.once('error', reject);
          worker.once('message', (callsPerMillisecond: number) => {
            worker.off('error', reject);
            resolve(callsPerMillisecond);
          });
          worker.postMessage({ work, milliseconds: burstMilliseconds });
        }),
    );
    return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
  }

  async measure(threadCounts: readonly number[]): Promise<void> {
    for (const work of ['multiplyAdd', 'stream'] as const)
      for (const threads of threadCounts) {
        const key = `${work} ${threads}`;
        this.#best.set(key, Math.max(this.#best.get(key) ?? 0, await this.#burst(work, threads)));
      }
  }

  #callsPerSecond(work: Work, threads: number): number {
    const rate = this.#best.get(`${work} ${threads}`);
    if (rate === undefined) throw new Error(`The floor of ${work} on ${threads} threads was not measured.`);
    return 1000 * rate;
  }

  gflops(threads: number): number {
    return (this.#callsPerSecond('multiplyAdd', threads) * turnsPerCall * operationsPerTurn) / 1e9;
  }

  gigabytesPerSecond(threads: number): number {
    return (this.#callsPerSecond('stream', threads) * 3 * streamBytes) / 1e9;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
