// A process that holds one implementation of one workload, and does what the main process asks for. In processes of
// their own, implementations share no heap, no threads, and nothing that V8 has learned of another's code.
import type { CreateImplementation, Expectation, Implementation, Setting } from './implementation.js';

/** What the main process asks for. */
export type Request =
  | { readonly method: 'create'; readonly setting: Setting }
  | { readonly method: 'check'; readonly expected: Expectation }
  | { readonly method: 'expectation' | 'round' };

/** What comes back. */
export type Reply = { readonly value: unknown } | { readonly error: string };

let implementation: Implementation | undefined;

async function answer(request: Request): Promise<unknown> {
  if (request.method === 'create') {
    const { setting } = request;
    const module = (await import(`./${setting.implementation}.js`)) as { readonly create: CreateImplementation };
    implementation = await module.create(setting);
    return undefined;
  }
  if (!implementation) throw new Error('Nothing was created yet.');
  return request.method === 'check' ? implementation.check(request.expected) : implementation[request.method]();
}

process.on('message', (request: Request) => {
  answer(request).then(
    (value) => process.send!({ value } satisfies Reply),
    (error: unknown) =>
      process.send!({ error: error instanceof Error ? error.message : String(error) } satisfies Reply),
  );
});
