// The peers from npm, where they are installed in bench/: loaded only by the processes that measure them.
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { npmRemedy, Unavailable } from './implementation.js';
import { repository } from './repository.js';

const require = createRequire(new URL('bench/package.json', repository));

const versionOf = (name: string): string => (require(`${name}/package.json`) as { readonly version: string }).version;

/** What is used of onnxruntime-node. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(
      model: Uint8Array | string,
      options: {
        readonly intraOpNumThreads: number;
        readonly interOpNumThreads: number;
        readonly freeDimensionOverrides?: Readonly<Record<string, number>>;
      },
    ): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => unknown;
}

export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, { readonly data: Float32Array }>>>;
}

/** What is measured. */
export const onnxruntimeVersion = (): string => `onnxruntime ${versionOf('onnxruntime-node')}`;

/** @throws Unavailable where it is not installed */
export function loadOnnxruntime(): OnnxRuntime {
  try {
    return require('onnxruntime-node') as OnnxRuntime;
  } catch (error) {
    // The package may be there without a library for this machine.
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    throw new Unavailable(reason.includes('onnxruntime-node') ? npmRemedy : `not installed: ${reason}`);
  }
}

/** What is measured. */
export const tfjsVersion = (): string => `tfjs ${versionOf('@tensorflow/tfjs')}`;

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment --
   the peer may not be installed, and its types with it */
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call --
   for the same reason */

/**
 * TensorFlow.js on one of its backends.
 * @throws Unavailable where it is not installed
 */
export async function loadTfjs(backend: string): Promise<any> {
  let tf: any;
  try {
    tf = require('@tensorflow/tfjs');
    require.resolve('@tensorflow/tfjs-backend-wasm/package.json');
  } catch {
    throw new Unavailable(npmRemedy);
  }
  if (backend === 'wasm') {
    const wasm: any = require('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  }
  const isThere: boolean = await tf.setBackend(backend);
  if (!isThere) throw new Error(`TensorFlow.js could not start its ${backend} backend.`);
  await tf.ready();
  return tf;
}
