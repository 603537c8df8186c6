// A backend that runs what the compiler makes through the kernel interpreter: slow, but every access is checked, chunks
// run in a random order, and an access that depends on their order is an error.
import { memoryPasses } from '../../src/compiler/memory-passes.js';
import { viewOf, type TypedArray } from '../../src/base/dtype.js';
import { RandomStream } from '../../src/base/random.js';
import { interpret, type Chunk } from '../../src/ir/interpret.js';
import type { KernelProgram, Target } from '../../src/ir/kernel.js';
import type { BackendFactory, DeviceBuffer, Executable, KernelBackend, Operands } from '../../src/runtime/backend.js';

/** What WebAssembly offers. */
export const lanes4: Target = {
  lanes: 4,
  vectorRegisters: 14,
  tileRows: [6, 4],
  level1CacheBytes: 32 * 1024,
  level2CacheBytes: 1024 * 1024,
  prefetches: false,
  meetingFlops: 100_000,
};

/** The same, where threads meet between all phases, however small. */
export const meeting4: Target = { ...lanes4, meetingFlops: 0 };

/**
 * A machine with wider vectors and more registers, on whose four lanes nothing in the compiler may count, and with so
 * little cache that reductions of a hundred elements are walked in blocks. Threads always meet between phases.
 */
export const lanes8: Target = {
  ...lanes4,
  lanes: 8,
  vectorRegisters: 30,
  tileRows: [12, 8],
  level1CacheBytes: 1024,
  prefetches: true,
  finish: memoryPasses(4096),
  meetingFlops: 0,
};

class InterpretedBuffer implements DeviceBuffer {
  readonly bytes: ArrayBuffer;

  constructor(byteLength: number) {
    this.bytes = new ArrayBuffer(byteLength);
  }

  get byteLength(): number {
    return this.bytes.byteLength;
  }
}

function bytesOf(buffer: DeviceBuffer): ArrayBuffer {
  if (!(buffer instanceof InterpretedBuffer)) throw new Error('The buffer is not one of the interpreter backend.');
  return buffer.bytes;
}

/** The memory of parameter or output number `index` as its buffer in the program has it. */
function operand(
  program: KernelProgram,
  kind: 'parameter' | 'output',
  index: number,
  buffer: DeviceBuffer,
): TypedArray {
  const { dtype, length } = program.buffers.find(({ place }) => place.kind === kind && place.index === index)!;
  return viewOf(dtype, bytesOf(buffer), 0, length);
}

class InterpreterBackend implements KernelBackend {
  readonly kind = 'kernel';
  readonly name = 'interpreter';
  readonly threads = 1;
  readonly dtypes = ['float32', 'int32', 'uint8', 'bool'] as const;
  readonly target: Target;
  readonly #random: RandomStream;

  constructor(target: Target, seed: number) {
    this.target = target;
    this.#random = new RandomStream(seed);
  }

  allocate(byteLength: number): DeviceBuffer {
    return new InterpretedBuffer(byteLength);
  }

  free(): void {
    // The garbage collector does it.
  }

  write(buffer: DeviceBuffer, data: TypedArray): void {
    new Uint8Array(bytesOf(buffer)).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }

  async read(buffer: DeviceBuffer, dtype: Parameters<KernelBackend['read']>[1], length: number): Promise<TypedArray> {
    return viewOf(dtype, bytesOf(buffer), 0, length).slice();
  }

  async load(program: KernelProgram): Promise<Executable> {
    return { run: async (operands, steps) => this.#run(program, operands, steps), dispose: () => undefined };
  }

  #run(program: KernelProgram, operands: Operands, steps: number): void {
    const parameters = operands.parameters.map((buffer, index) => operand(program, 'parameter', index, buffer));
    const shuffled = (chunks: readonly Chunk[]): Chunk[] =>
      Array.from(this.#random.permutation(chunks.length), (position) => chunks[position]!);
    for (let step = 0; step < steps; step++) {
      const outputs = interpret(program, parameters, { lanes: this.target.lanes, order: shuffled });
      outputs.forEach((values, index) => operand(program, 'output', index, operands.outputs[index]!).set(values));
    }
  }

  async close(): Promise<void> {
    // It has no workers.
  }
}

/** The order of the chunks follows from `seed`. */
export function interpreterBackend(target: Target = lanes4, seed = 1): BackendFactory {
  return { name: 'interpreter', create: async () => new InterpreterBackend(target, seed) };
}
