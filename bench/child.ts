// A process that holds one implementation of one workload, and does what the main process asks for. In processes of
// their own, implementations share no heap, no threads, and nothing that V8 has learned of another's code.
import {
  Unavailable,
  type Expectation,
  type ImplementationModule,
  type Reference,
  type Setting,
} from './implementation.js';

/** What the main process asks for. */
export type Request =
  | { readonly method: 'create'; readonly setting: Setting }
  | { readonly method: 'check'; readonly expected: Expectation }
  | { readonly method: 'expectation' | 'round' };

/** What comes back. */
export type Reply = { readonly value: unknown } | { readonly error: string } | { readonly unavailable: string };

/** Which module makes an implementation. */
const modules: Readonly<Record<string, string>> = {
  nacre: './nacre.js',
  'nacre-compile': './nacre.js',
  tfjs: './tfjs.js',
  'jax-js': './jax-js.js',
  onnxruntime: './onnxruntime.js',
};

let implementation: Partial<Reference> | undefined;

async function answer(request: Request): Promise<unknown> {
  if (request.method === 'create') {
    const { setting } = request;
    const module = (await import(modules[setting.implementation]!)) as ImplementationModule;
    implementation = await module.create(setting);
    return module.version?.();
  }
  if (!implementation) throw new Error('Nothing was created yet.');
  if (request.method === 'check') return implementation.check!(request.expected);
  if (request.method === 'round') return implementation.round!();
  if (!implementation.expectation) throw new Error('It is held to the reference, it is none.');
  return implementation.expectation();
}

function complaint(error: unknown): Reply {
  const message = error instanceof Error ? error.message : String(error);
  return error instanceof Unavailable ? { unavailable: message } : { error: message };
}

process.on('message', (request: Request) => {
  answer(request).then(
    (value) => process.send!({ value } satisfies Reply),
    (error: unknown) => process.send!(complaint(error)),
  );
});
