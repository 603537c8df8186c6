// A program that exit.test.ts runs as a process of its own: it uses the backend that it is told and never closes it.
import { memoryPasses } from '../../src/compiler/memory-passes.js';
import { nativeBackend } from '../../src/backends/native/backend.js';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import { nodeNativeTools } from '../../src/platform/node/native-tools.js';
import { nodeWorkers } from '../../src/platform/node/workers.js';
import type { BackendFactory } from '../../src/runtime/backend.js';
import {
  asParameter,
  at,
  binary,
  buffer,
  kernel,
  kernelProgram,
  num,
  scalarF32,
  scalarLoad,
  store,
} from '../support/kernels.js';

const addOne = kernelProgram(
  [buffer('count', 'float32', 1, asParameter(0))],
  [[kernel([store(0, at(0), 1, binary('add', scalarLoad(0, at(0)), num(1, scalarF32)))])]],
);

const common = { workers: nodeWorkers, everyThread: true };
const factories: Readonly<Record<string, () => BackendFactory>> = {
  'wasm, shared memory': () => wasmBackend({ ...common, sharedMemory: true }),
  'wasm, unshared memory': () => wasmBackend({ ...common, sharedMemory: false }),
  native: () => nativeBackend({ ...common, tools: nodeNativeTools(), finish: memoryPasses() }),
};
const chosen = process.argv[2]!;
const backend = await factories[chosen]!().create({ threads: 2 });
if (backend.kind !== 'kernel' || !chosen.startsWith(backend.name))
  throw new Error(`received the backend ${backend.name}`);
const executable = await backend.load(addOne);
const count = backend.allocate(4);
backend.write(count, Float32Array.of(0));
// Nothing but the runs keeps the process here: not a timer, not a file.
for (let run = 0; run < 20; run++) await executable.run({ parameters: [count], outputs: [] }, 5000);
const [value] = await backend.read(count, 'float32', 1);
console.log(`counted to ${value}`);
if (process.argv[3] === 'busy') {
  void Promise.resolve(executable.run({ parameters: [count], outputs: [] }, 1000)).then(() => console.log('and on'));
} else if (process.argv[3] === 'exit') {
  void executable.run({ parameters: [count], outputs: [] }, 2 ** 31 - 1);
  process.exit(3);
}
