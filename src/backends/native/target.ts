// What the compiler is told of the processor, by its instruction set.
import type { InstructionSet } from '../../base/native-tools.js';
import type { KernelPass, Target } from '../../ir/kernel.js';

const common = {
  level1CacheBytes: 32 * 1024,
  level2CacheBytes: 1024 * 1024,
  prefetches: true,
  // Two threads meet within half a microsecond, one does 100 to 200 operations a nanosecond.
  meetingFlops: 50_000,
};

/** Register tiles leave room for the vectors of one row and one or two operands on their way. */
const targets: { readonly [Set in InstructionSet]: Target } = {
  avx512: { ...common, lanes: 16, vectorRegisters: 32, tileRows: [14, 14] },
  avx2: { ...common, lanes: 8, vectorRegisters: 16, tileRows: [12, 6] },
  sse2: { ...common, lanes: 4, vectorRegisters: 16, tileRows: [12, 6] },
  neon: { ...common, lanes: 4, vectorRegisters: 32, tileRows: [14, 14] },
};

export function targetOf(instructionSet: InstructionSet, finish?: KernelPass): Target {
  return { ...targets[instructionSet], ...(finish && { finish }) };
}
