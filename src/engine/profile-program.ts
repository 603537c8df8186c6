// Measures where the time of a program's steps goes: the program as it is, and each of its kernels as a program of its
// own over the same data. It all happens to copies of the parameters, which are given back to the garbage.
import { bytesPerElement } from '../base/dtype.js';
import type { NDArray } from '../base/ndarray.js';
import type { Floors, KernelProfile, StepProfile } from '../base/profile-figures.js';
import { Profile } from '../base/profile.js';
import { accessesOf } from '../compiler/accesses.js';
import { compileProgram } from '../compiler/compile.js';
import type { MemoryPlan } from '../compiler/memory.js';
import type { Kernel, KernelBuffer, KernelProgram } from '../ir/kernel.js';
import type { Program } from '../ir/program.js';
import { describeSchedule } from '../ir/schedule-text.js';
import { trafficOf } from '../ir/traffic.js';
import type { DeviceBuffer, Executable, KernelBackend, Operands } from '../runtime/backend.js';
import { bestStep } from './best-step.js';
import { DeviceValue } from './device-value.js';
import { floorsOf } from './floors.js';
import { loadAll } from './load-all.js';
import type { LoadedProgram } from './loaded-program.js';

/** Steps after which temporaries hold what they hold in training. */
const firstSteps = 3;
/**
 * A kernel that goes on from what it wrote itself: more steps without the rest of the program might let values shrink
 * until processors are slow at them (Adam's mean of gradients falls by a tenth a step where there is no gradient).
 */
const mostStepsInPlace = 256;
/** Larger states take longer to update than workers to be told of it, and a second copy of them would cost time itself. */
const mostBytesApart = 2 ** 16;

/** Microseconds of a step on the profile's threads and on one. */
interface Times {
  readonly shared: number;
  readonly alone: number;
}

/**
 * @param loaded the program, loaded by `backend`
 * @param arrays values of its parameters
 * @param key that of the program, under which what is made of it may be kept
 */
export async function profileProgram(
  backend: KernelBackend,
  program: Program,
  loaded: LoadedProgram,
  arrays: readonly NDArray[],
  key: string,
): Promise<Profile> {
  let memory: MemoryPlan | undefined;
  const compiled = compileProgram(program, backend.target, {
    pass: () => undefined,
    done: (_, plan) => (memory = plan),
  });
  const threads = Math.min(loaded.threads, backend.threads);
  const floors = await floorsOf(backend, threads);
  const bench = await KernelBench.start(backend, compiled, arrays, key);
  try {
    const updated = program.updates.map(({ parameter }) => parameter);
    const step = await bench.time(async (steps, on) => loaded.runSteps(bench.parameters, steps, on), updated, threads);
    const kernels: Omit<KernelProfile, 'share'>[] = [];
    let number = 0;
    for (const [phase, inPhase] of compiled.phases.entries())
      for (const kernel of inPhase) {
        const times = await bench.timeKernel(number++, kernel, threads);
        kernels.push(figuresOf(kernel, phase, compiled, times, floors));
      }
    const sum = (of: (kernel: Omit<KernelProfile, 'share'>) => number): number =>
      kernels.reduce((total, kernel) => total + of(kernel), 0);
    const kernelMicroseconds = sum(({ microseconds }) => microseconds);
    const floorMicroseconds = sum((kernel) => kernel.floorMicroseconds);
    return new Profile({
      backend: backend.name,
      threads,
      step: {
        ...rates({ flops: sum(({ flops }) => flops), bytes: sum(({ bytes }) => bytes) }, step),
        kernelMicroseconds,
        floorMicroseconds,
        floorFraction: floorMicroseconds / step.shared,
        phases: compiled.phases.length,
        temporaryBytes: compiled.temporaryBytes,
        temporaryFloorBytes: memory?.floorBytes ?? 0,
      },
      kernels: kernels.map((kernel) => ({ ...kernel, share: kernel.microseconds / kernelMicroseconds })),
      floors,
    });
  } finally {
    bench.close();
  }
}

type Work = Pick<KernelProfile, 'flops' | 'bytes'>;
type Rates = Pick<
  KernelProfile,
  keyof KernelProfile & keyof StepProfile & (keyof Work | `micro${string}` | `giga${string}`)
>;

function rates({ flops, bytes }: Work, { shared, alone }: Times): Rates {
  return {
    microseconds: shared,
    microsecondsOnOneThread: alone,
    flops,
    bytes,
    gigaflopsPerSecond: flops / shared / 1000,
    gigabytesPerSecond: bytes / shared / 1000,
  };
}

function figuresOf(
  kernel: Kernel,
  phase: number,
  program: KernelProgram,
  times: Times,
  floors: Floors,
): Omit<KernelProfile, 'share'> {
  const { name, comment: operations, chunks, flops } = kernel;
  const { bytesRead, bytesWritten } = trafficOf(kernel, program);
  const bytes = bytesRead + bytesWritten;
  const arithmetic = flops / floors.gigaflopsPerSecond / 1000;
  const memory = bytes / floors.gigabytesPerSecond / 1000;
  const floorMicroseconds = Math.max(arithmetic, memory);
  return {
    name,
    operations,
    phase,
    chunks,
    schedule: describeSchedule(kernel),
    ...rates({ flops, bytes }, times),
    floorMicroseconds,
    bound: arithmetic > memory ? 'arithmetic' : 'memory',
    floorFraction: floorMicroseconds / times.shared,
  };
}

/**
 * The kernels of a program, each as a program of its own, over one set of arrays. Temporaries, which a program has to
 * itself and lets share bytes, become parameters here, so that each kernel finds what the ones before it left.
 */
class KernelBench {
  /** Copies of the program's parameters. */
  readonly parameters: readonly DeviceValue[];
  readonly #backend: KernelBackend;
  readonly #program: KernelProgram;
  readonly #arrays: readonly NDArray[];
  readonly #executables: readonly Executable[];
  readonly #operands: Operands;
  readonly #owned: readonly DeviceBuffer[];
  readonly #overheadMs = new Map<number, number>();

  static async start(
    backend: KernelBackend,
    program: KernelProgram,
    arrays: readonly NDArray[],
    key: string,
  ): Promise<KernelBench> {
    const apart = takenApart(program);
    const kernels = program.phases.flat().map((kernel): KernelProgram => ({ ...apart, phases: [[kernel]] }));
    // The last does nothing: what it takes to have that done is no kernel's.
    const executables = await loadAll(backend, [...kernels, { ...apart, phases: [] }], `kernel by kernel\n${key}`);
    const bench = new KernelBench(backend, apart, arrays, executables);
    for (let step = 0; step < firstSteps; step++)
      for (const executable of executables) await executable.run(bench.#operands, 1);
    bench.#restore(arrays.keys());
    return bench;
  }

  private constructor(
    backend: KernelBackend,
    program: KernelProgram,
    arrays: readonly NDArray[],
    executables: readonly Executable[],
  ) {
    this.#backend = backend;
    this.#program = program;
    this.#arrays = arrays;
    this.#executables = executables;
    this.parameters = arrays.map((array) => DeviceValue.of(backend, array));
    const allocateAll = (kind: 'parameter' | 'output', first: number, count: number): DeviceBuffer[] =>
      Array.from({ length: count - first }, (_, i) => backend.allocate(byteLengthOf(program, kind, first + i)));
    const temporaries = allocateAll('parameter', arrays.length, program.parameterCount);
    const outputs = allocateAll('output', 0, program.outputCount);
    this.#owned = [...temporaries, ...outputs];
    this.#operands = { parameters: [...this.parameters.map(({ buffer }) => buffer), ...temporaries], outputs };
  }

  async timeKernel(number: number, kernel: Kernel, threads: number): Promise<Times> {
    const { reads, writes } = accessesOf(kernel);
    const states = this.#statesAmong(writes);
    const isInPlace = this.#statesAmong(reads).some((state) => states.includes(state));
    const executable = this.#executables[number]!;
    const run = async (steps: number, on: number): Promise<void> => executable.run(this.#operands, steps, on);
    return this.time(run, states, threads, isInPlace ? mostStepsInPlace : undefined);
  }

  /** `states` are parameters that a step changes; every burst of steps begins with them as they were. */
  async time(
    run: (steps: number, threads: number) => Promise<void>,
    states: readonly number[],
    threads: number,
    mostSteps?: number,
  ): Promise<Times> {
    const on = async (count: number): Promise<number> =>
      bestStep((steps) => run(steps, count), {
        overheadMs: await this.#overhead(count),
        prepare: () => this.#restore(states),
        ...(mostSteps !== undefined && { mostSteps }),
      });
    const shared = await on(threads);
    const alone = threads === 1 ? shared : await on(1);
    this.#restore(states);
    return { shared, alone };
  }

  /** Milliseconds to have workers do nothing. */
  async #overhead(threads: number): Promise<number> {
    let overheadMs = this.#overheadMs.get(threads);
    if (overheadMs === undefined) {
      const nothing = this.#executables.at(-1)!;
      overheadMs = (await bestStep(async () => nothing.run(this.#operands, 1, threads), { mostSteps: 1 })) / 1000;
      this.#overheadMs.set(threads, overheadMs);
    }
    return overheadMs;
  }

  /** The program's own parameters among what is accessed. */
  #statesAmong(accesses: readonly { readonly buffer: number }[]): number[] {
    const places = accesses.map(({ buffer }) => this.#program.buffers[buffer]!.place);
    const indices = places.flatMap((place) => (place.kind === 'parameter' ? [place.index] : []));
    return [...new Set(indices)].filter((index) => index < this.#arrays.length);
  }

  #restore(parameters: Iterable<number>): void {
    for (const index of parameters) this.parameters[index]!.write(this.#arrays[index]!);
  }

  close(): void {
    for (const executable of this.#executables) executable.dispose();
    for (const value of this.parameters) value.free();
    for (const buffer of this.#owned) this.#backend.free(buffer);
  }
}

/**
 * The same kernels with each temporary in memory of its own, as a parameter after the others, and likewise the new values
 * of small states: kernels that leave their states as they are can be repeated as often as it takes to time them.
 */
function takenApart(program: KernelProgram): KernelProgram {
  let parameterCount = program.parameterCount;
  const known = new Set<number>();
  const buffers = program.buffers.map((buffer): KernelBuffer => {
    const { place, dtype, length } = buffer;
    if (place.kind === 'output' || place.kind === 'local') return buffer;
    if (place.kind === 'parameter') {
      // The first buffer in a state's place is its old value, another one the new.
      const isNew = known.has(place.index);
      known.add(place.index);
      if (!isNew || length * bytesPerElement(dtype) > mostBytesApart) return buffer;
    }
    return { ...buffer, place: { kind: 'parameter', index: parameterCount++ } };
  });
  return { ...program, buffers, temporaryBytes: 0, parameterCount };
}

/** Bytes of a parameter or an output that no kernel may need less of. */
function byteLengthOf({ buffers }: KernelProgram, kind: 'parameter' | 'output', index: number): number {
  return buffers.reduce(
    (most, { place, dtype, length }) =>
      place.kind === kind && place.index === index ? Math.max(most, length * bytesPerElement(dtype)) : most,
    0,
  );
}
