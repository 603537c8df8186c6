// The native backend as tests use it: for the instructions that NACRE_ISA names, as .ci/run does to try each set.
import { memoryPasses } from '../../src/compiler/memory-passes.js';
import { nativeBackend, type NativeBackendOptions } from '../../src/backends/native/backend.js';
import { readFlags } from '../../src/base/flags.js';
import { nodePlatform } from '../../src/platform/node.js';
import { nodeNativeTools } from '../../src/platform/node/native-tools.js';
import type { BackendFactory } from '../../src/runtime/backend.js';

/** One compiler, and one place for what it compiled: temporary-cache.ts sees to it that it is not the user's. */
export const nativeTools = nodeNativeTools();

/** Where a set of instructions is named, what is tested is the code for it; the other backends were tested without. */
export const { instructionSet } = readFlags({ NACRE_ISA: process.env.NACRE_ISA }, []);

export const onlyNative = instructionSet !== undefined;

export function testNative(options: Partial<NativeBackendOptions> = {}): BackendFactory {
  return nativeBackend({
    workers: nodePlatform.workers,
    tools: nativeTools,
    instructionSet,
    finish: memoryPasses(),
    ...options,
  });
}
