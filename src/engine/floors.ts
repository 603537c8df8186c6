// What a backend reaches at best, whatever the program: multiplications and additions whose operands never leave the
// registers, and bytes that stream through memory. Measured by two kernels that go the way of all kernels, once in a
// process for each number of threads.
import { bytesPerElement } from '../base/dtype.js';
import type { Floors } from '../base/profile-figures.js';
import { f32, type Affine, type Kernel, type KernelBuffer, type KernelExpr, type KernelProgram } from '../ir/kernel.js';
import type { KernelBackend } from '../runtime/backend.js';
import { bestStep } from './best-step.js';
import { loadAll } from './load-all.js';

const chunkVariable = 'chunk';

/** Sums that do not wait for each other: enough to hide the latency of an addition behind the others. */
const mostSums = 12;
const unrolled = 2;
const turns = 500;
const arithmeticChunks = 64;

/** Elements of each of the three arrays: 32 MiB, more than its share of any cache. */
const streamLength = 2 ** 23;
const streamChunks = 1024;

const at = (offset: number, ...terms: Affine['terms']): Affine => ({ offset, terms });
const binary = (op: 'add' | 'mul', a: KernelExpr, b: KernelExpr): KernelExpr => ({
  kind: 'binary',
  op,
  a,
  b,
  type: f32,
});
const register = (name: string): KernelExpr => ({ kind: 'register', name, type: f32 });
const buffer = (name: string, length: number, index: number): KernelBuffer => ({
  name,
  dtype: 'float32',
  length,
  place: { kind: 'parameter', index },
});

function programOf(buffers: readonly KernelBuffer[], kernel: Omit<Kernel, 'chunkVariable'>): KernelProgram {
  const phases = [[{ ...kernel, chunkVariable }]];
  return { buffers, phases, temporaryBytes: 0, localBytes: 0, parameterCount: buffers.length, outputCount: 0 };
}

/** Every sum becomes itself x factor + summand, over and over. */
export function multiplyAddProgram({ lanes, vectorRegisters }: KernelBackend['target']): KernelProgram {
  const sums = Array.from({ length: Math.min(mostSums, vectorRegisters - 2) }, (_, i) => `sum${i}`);
  const read = (index: number, offset: number): KernelExpr => ({
    kind: 'load',
    buffer: index,
    at: at(offset),
    stride: 1,
    count: lanes,
    type: f32,
  });
  const step = sums.map((name) => ({
    kind: 'set' as const,
    name,
    value: binary('add', binary('mul', register(name), register('factor')), register('summand')),
  }));
  return programOf([buffer('operands', 2 * lanes, 0), buffer('sums', arithmeticChunks * lanes, 1)], {
    name: 'multiply_add',
    comment: `${sums.length} vectors x factor + summand`,
    chunks: arithmeticChunks,
    flops: arithmeticChunks * turns * unrolled * sums.length * lanes * 2,
    body: [
      { kind: 'let', name: 'factor', value: read(0, 0) },
      { kind: 'let', name: 'summand', value: read(0, lanes) },
      ...sums.map((name, i) => ({
        kind: 'let' as const,
        name,
        value: { kind: 'number' as const, value: i / mostSums, type: f32 },
      })),
      {
        kind: 'loop',
        variable: 'turn',
        begin: 0,
        end: turns,
        step: 1,
        body: Array.from({ length: unrolled }, () => step).flat(),
      },
      // All of them are used, or a compiler could leave some out.
      {
        kind: 'store',
        buffer: 1,
        at: at(0, { variable: chunkVariable, coefficient: lanes }),
        count: lanes,
        value: sums.map(register).reduce((a, b) => binary('add', a, b)),
      },
    ],
  });
}

/** a = b + 3 c. */
export function streamProgram({ lanes }: KernelBackend['target'], length = streamLength): KernelProgram {
  const share = length / streamChunks;
  const vectors = [0, 1, 2, 3];
  const place = (vector: number): Affine =>
    at(vector * lanes, { variable: chunkVariable, coefficient: share }, { variable: 'i', coefficient: 1 });
  const read = (index: number, vector: number): KernelExpr => ({
    kind: 'load',
    buffer: index,
    at: place(vector),
    stride: 1,
    count: lanes,
    type: f32,
  });
  return programOf(
    ['a', 'b', 'c'].map((name, index) => buffer(name, length, index)),
    {
      name: 'stream',
      comment: `a = b + 3 c [${length}]`,
      chunks: streamChunks,
      flops: 2 * length,
      body: [
        {
          kind: 'loop',
          variable: 'i',
          begin: 0,
          end: share,
          step: vectors.length * lanes,
          body: vectors.map((vector) => ({
            kind: 'store' as const,
            buffer: 0,
            at: place(vector),
            count: lanes,
            value: binary(
              'add',
              read(1, vector),
              binary('mul', read(2, vector), { kind: 'number', value: 3, type: f32 }),
            ),
          })),
        },
      ],
    },
  );
}

/** A floor is measured once and holds for the process, so that a moment in which others have the machine must not decide. */
const enoughMs = 120;
/** To have workers begin takes some 50 microseconds. */
const burstMs = 8;

const measured = new WeakMap<KernelBackend, Map<number, Promise<Floors>>>();
/** Measurements disturb each other, so they take turns. */
let last: Promise<unknown> = Promise.resolve();

/** What `backend` reaches on so many threads: measured when it is first asked for, in a fraction of a second. */
export function floorsOf(backend: KernelBackend, threads: number): Promise<Floors> {
  let ofBackend = measured.get(backend);
  if (!ofBackend) {
    ofBackend = new Map();
    measured.set(backend, ofBackend);
  }
  let floors = ofBackend.get(threads);
  if (!floors) {
    floors = last.then(() => measureFloors(backend, threads));
    last = floors.catch(() => undefined);
    floors.catch(() => measured.get(backend)?.delete(threads));
    ofBackend.set(threads, floors);
  }
  return floors;
}

/** The same, measured anew. */
export async function measureFloors(backend: KernelBackend, threads: number): Promise<Floors> {
  const programs = [multiplyAddProgram(backend.target), streamProgram(backend.target)];
  const executables = await loadAll(backend, programs, 'floors');
  const microseconds: number[] = [];
  for (const [number, program] of programs.entries()) {
    const parameters = program.buffers.map(({ dtype, length }) => {
      const made = backend.allocate(length * bytesPerElement(dtype));
      // Neither factor nor summand lets a sum grow without bounds or shrink until it is slow to compute with.
      backend.write(made, new Float32Array(length).fill(0.5));
      return made;
    });
    try {
      const operands = { parameters, outputs: [] };
      microseconds.push(
        await bestStep(async (steps) => executables[number]!.run(operands, steps, threads), { burstMs, enoughMs }),
      );
    } finally {
      for (const parameter of parameters) backend.free(parameter);
    }
  }
  for (const executable of executables) executable.dispose();
  const flops = programs[0]!.phases[0]![0]!.flops;
  const bytes = 3 * streamLength * bytesPerElement('float32');
  return {
    threads,
    gigaflopsPerSecond: flops / microseconds[0]! / 1000,
    gigabytesPerSecond: bytes / microseconds[1]! / 1000,
  };
}
