// A small program with several phases whose result shows whether threads met where they had to, for Node and pages.
import type { BackendFactory } from '../../src/runtime/backend.js';
import {
  asOutput,
  asParameter,
  asTemporary,
  at,
  binary,
  buffer,
  kernel,
  kernelProgram,
  load,
  store,
} from './kernels.js';

const rows = 24;
const elements = 4 * rows;
const inRow = at(0, ['row', 4]);
/** Rows counted from the other end: those that another thread made. */
const inOtherRow = at(elements - 4, ['row', -4]);
const chunks = { chunks: rows, chunkVariable: 'row' };

/** In every step: output = total, then total += x, by way of a temporary. */
export const accumulation = kernelProgram(
  [
    buffer('total', 'float32', elements, asParameter(0)),
    buffer('x', 'float32', elements, asParameter(1)),
    buffer('before', 'float32', elements, asOutput(0)),
    buffer('sum', 'float32', elements, asTemporary(64)),
  ],
  [
    [
      kernel([store(2, inRow, 4, load(0, inRow))], { name: 'copy', ...chunks }),
      kernel([store(3, inRow, 4, binary('add', load(0, inRow), load(1, inRow)))], { name: 'add', ...chunks }),
    ],
    [kernel([store(0, inOtherRow, 4, load(3, inOtherRow))], { name: 'keep', ...chunks })],
  ],
  64 + 4 * elements,
);

/** What a backend made of it. */
export interface Accumulation {
  readonly threads: number;
  readonly total: readonly number[];
  readonly before: readonly number[];
}

/** Adds 0, 1/3, 2/3, ... to zeros 500 times, in 5 runs asked for at once, on a backend that is made for it. */
export async function runAccumulation(factory: BackendFactory, threads: number): Promise<Accumulation> {
  const backend = await factory.create({ threads });
  if (backend.kind !== 'kernel') throw new Error('expected a backend that runs kernels');
  const executable = await backend.load(accumulation);
  const total = backend.allocate(4 * elements);
  const x = backend.allocate(4 * elements);
  const before = backend.allocate(4 * elements);
  backend.write(total, new Float32Array(elements));
  backend.write(
    x,
    Float32Array.from({ length: elements }, (_, i) => i / 3),
  );
  const runs = [1, 2, 3, 4, 5].map(async () => executable.run({ parameters: [total, x], outputs: [before] }, 100));
  const values = await Promise.all([total, before].map(async (from) => backend.read(from, 'float32', elements)));
  await Promise.all(runs);
  executable.dispose();
  await backend.close();
  return { threads: backend.threads, total: [...values[0]!], before: [...values[1]!] };
}
