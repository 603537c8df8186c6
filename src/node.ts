// The entry point for Node.
import { referenceBackend } from './backends/reference/backend.js';
import { wasmBackend } from './backends/wasm/backend.js';
import { nodePlatform } from './platform/node.js';
import { start } from './start.js';

start({ platform: nodePlatform, backends: [wasmBackend(nodePlatform), referenceBackend], environment: process.env });

export * from './api.js';
