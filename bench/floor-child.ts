// The process of a probe: one backend, asked over and over what it reaches at best.
import type * as nativeModule from '../src/backends/native/backend.js';
import type * as wasmModule from '../src/backends/wasm/backend.js';
import type { Floors } from '../src/base/profile-figures.js';
import type * as floorsModule from '../src/engine/floors.js';
import type * as platformModule from '../src/platform/node.js';
import type * as toolsModule from '../src/platform/node/native-tools.js';
import type { BackendFactory, KernelBackend } from '../src/runtime/backend.js';
import type { FloorTarget } from './plan.js';
import { repository } from './repository.js';

export type FloorRequest = { readonly start: FloorTarget; readonly threads: number } | { readonly measure: number };

export interface FloorReply {
  /** Whether the backend could be started. */
  readonly usable: boolean;
  readonly floors?: Floors;
}

/** A file of the package as it was built. */
const load = (file: string): Promise<unknown> => import(new URL(`dist/${file}`, repository).href);

async function factoryOf(target: FloorTarget): Promise<BackendFactory> {
  const { nodePlatform } = (await load('platform/node.js')) as typeof platformModule;
  if (target === 'wasm')
    return ((await load('backends/wasm/backend.js')) as typeof wasmModule).wasmBackend(nodePlatform);
  const { nodeNativeTools } = (await load('platform/node/native-tools.js')) as typeof toolsModule;
  const { nativeBackend } = (await load('backends/native/backend.js')) as typeof nativeModule;
  return nativeBackend({ workers: nodePlatform.workers, tools: nodeNativeTools() });
}

let backend: KernelBackend | undefined;

async function answer(request: FloorRequest): Promise<FloorReply> {
  if ('start' in request) {
    try {
      const made = await (await factoryOf(request.start)).create({ threads: request.threads });
      if (made.kind === 'kernel') backend = made;
    } catch {
      // It is left out.
    }
    return { usable: backend !== undefined };
  }
  if (!backend) return { usable: false };
  const { measureFloors } = (await load('engine/floors.js')) as typeof floorsModule;
  return { usable: true, floors: await measureFloors(backend, request.measure) };
}

process.on('message', (request: FloorRequest) => {
  void answer(request).then((reply) => process.send!(reply));
});
