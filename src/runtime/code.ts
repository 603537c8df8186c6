// The machine code of a program: how workers are told of it, and how it runs on the thread that owns the pool.
import type { CodeMessage } from './messages.js';

/**
 * Runs `steps` steps as thread number `thread` of `threads`. `table` and `control` are addresses: of the program's own
 * memory, its parameters and outputs; and of the block that control.ts describes.
 */
export type Run = (thread: number, threads: number, steps: number, table: number, control: number) => void;

export interface Code {
  /** What a worker loads it from. */
  readonly message: CodeMessage;
  /** Loads it on this thread, over a memory that is shared. */
  loadHere(memory: WebAssembly.Memory): Run;
}
