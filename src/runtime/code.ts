// The machine code of a program: how workers are told of it, and how it runs on the thread that owns the pool.
import type { CodeMessage } from './messages.js';

/**
 * Runs `steps` steps as thread number `thread` of `threads`. `table` and `control` are addresses: of the tables that
 * address-table.ts describes, one for each thread; and of the block that control.ts does.
 */
export type Run = (thread: number, threads: number, steps: number, table: number, control: number) => void;

/**
 * Looks at a word of memory for some microseconds, or until it is not `value`, and lets other threads have the processor
 * meanwhile. JavaScript has no means for that.
 */
export type Watch = (address: number, value: number) => void;

/** Code that this thread can run; `watch` where the machine's own code has it. */
export interface LoadedCode {
  readonly run: Run;
  readonly watch?: Watch;
}

export interface Code {
  /** What a worker loads it from. */
  readonly message: CodeMessage;
  /** Loads it on this thread, over a memory that is shared. */
  loadHere(memory: WebAssembly.Memory): LoadedCode;
}
