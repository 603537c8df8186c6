// The entry point for Node.
import { nativeBackend } from './backends/native/backend.js';
import { referenceBackend } from './backends/reference/backend.js';
import { wasmBackend } from './backends/wasm/backend.js';
import { memoryPasses } from './compiler/memory-passes.js';
import { startHdf5Worker } from './node-hdf5.js';
import { nodePictures } from './node-pictures.js';
import { nodePlatform } from './platform/node.js';
import { nodeNativeTools } from './platform/node/native-tools.js';
import { enableCompiling } from './nn/model/enable-compiling.js';
import { writeReport } from './report.js';
import { start } from './start.js';

enableCompiling();
start({
  platform: nodePlatform,
  backends: [
    nativeBackend({
      workers: nodePlatform.workers,
      tools: nodeNativeTools(),
      finish: memoryPasses(),
      notify: (line) => nodePlatform.warn(line),
    }),
    wasmBackend(nodePlatform),
    referenceBackend,
  ],
  environment: process.env,
  hdf5Worker: startHdf5Worker,
  pictures: nodePictures,
  reporter: writeReport,
});

export * from './api.js';
