// What a thread pool and its workers say to each other. serve-runs.ts is the workers' side.

/** The first message to a worker. Without `memory` it makes one that nobody else sees. */
export interface StartMessage {
  readonly kind: 'start';
  readonly thread: number;
  readonly memory?: WebAssembly.Memory;
}

/** Code that a worker can load: a WebAssembly module, or in Node one of the programs of a native one. */
export type CodeMessage =
  | { readonly kind: 'wasm'; readonly module: WebAssembly.Module }
  | { readonly kind: 'native'; readonly path: string; readonly number: number };

/** Something to do that nobody waits for. */
export type Order =
  /** Loads a program's code and keeps it under a number. */
  | { readonly kind: 'load'; readonly program: number; readonly code: CodeMessage }
  | { readonly kind: 'unload'; readonly program: number }
  /** Tells the worker where its mailbox is: the one of its number, from `address` on. */
  | { readonly kind: 'mailbox'; readonly address: number }
  /** Has the worker look at its mailbox for a while. */
  | { readonly kind: 'linger' }
  /** Makes the worker's own memory at least this large. */
  | { readonly kind: 'grow'; readonly byteLength: number }
  /** Copies bytes to the worker's own memory. */
  | { readonly kind: 'write'; readonly address: number; readonly bytes: Uint8Array<ArrayBuffer> };

/** Something to do, and to answer when it is done. */
export type Request =
  /** Calls the program's `run(thread, threads, steps, table, control)`; `threads` workers must be asked. */
  | {
      readonly kind: 'run';
      readonly program: number;
      readonly threads: number;
      readonly steps: number;
      readonly table: number;
      readonly control: number;
    }
  /** Copies bytes out of the worker's own memory; the answer is an ArrayBuffer. */
  | { readonly kind: 'read'; readonly address: number; readonly byteLength: number };

export type Answer =
  /** The worker is ready, or has done what request number `request` asked for. */
  | { readonly kind: 'done'; readonly request: number; readonly value?: unknown }
  /** What it did threw. Other workers may wait for ever for the work that it was in the middle of. */
  | { readonly kind: 'failed'; readonly doing: string; readonly message: string; readonly stack: string };

/** The number of the request that a start answers. */
export const startRequest = 0;
