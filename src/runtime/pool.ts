// A pool of workers that all do the same: every message goes to each of them, or to the first few, and a request is done
// when all of those have answered. They share one memory, or there is one worker with a memory of its own. The thread that owns the pool never
// waits; the process may end whenever no request is under way.
import { InternalError, MemoryError, StateError } from '../base/errors.js';
import type { WorkerHandle, Workers } from '../base/workers.js';
import type { Watch } from './code.js';
import type { GivenRun, Mailboxes } from './mailbox.js';
import { startRequest, type Answer, type Order, type Request, type StartMessage } from './messages.js';
import { workerSource } from './worker-source.js';

/** More threads than this gain little and cost memory bandwidth; a user who knows better asks for more. */
const mostDefaultThreads = 8;

/** How many threads to use where the user does not say. */
export function defaultThreads(workers: Workers): number {
  return Math.max(1, Math.min(workers.processors, mostDefaultThreads));
}

export interface PoolOptions {
  readonly workers: Workers;
  readonly threads: number;
  /** What the workers share; without it, there can only be one worker. */
  readonly memory?: WebAssembly.Memory;
}

interface Pending {
  /** Workers that have not answered yet. */
  missing: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class ThreadPool {
  readonly threads: number;
  readonly workers: Workers;
  readonly #handles: WorkerHandle[] = [];
  /** How many messages each worker was sent. */
  readonly #sent: number[] = [];
  #mailboxes: Mailboxes | undefined;
  readonly #pending = new Map<number, Pending>();
  #lastRequest = startRequest;
  #failure: Error | undefined;

  /** Starts the workers; they are ready when this resolves. @throws StateError if one cannot start */
  static async start(options: PoolOptions): Promise<ThreadPool> {
    const pool = new ThreadPool(options);
    await pool.#start(options);
    return pool;
  }

  private constructor({ threads, workers }: PoolOptions) {
    this.threads = threads;
    this.workers = workers;
  }

  /** Why the pool no longer works, if so. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Tells every worker to do something. @throws StateError if the pool has failed or is closed */
  order(message: Order, transfer?: readonly ArrayBuffer[]): void {
    this.#checkUsable();
    for (let thread = 0; thread < this.threads; thread++) this.#post(thread, message, transfer);
  }

  /** From now on, workers may be given runs without messages. The mailboxes start at `address`. */
  useMailboxes(mailboxes: Mailboxes, address: number): void {
    this.order({ kind: 'mailbox', address });
    this.#mailboxes = mailboxes;
  }

  /**
   * Does a run together with those workers that look at their mailboxes, the caller as thread 0 by `runHere`, which gives
   * how the caller may wait for them; false, with nothing done, if there are none.
   */
  runTogether(run: GivenRun, runHere: () => Watch | undefined): boolean {
    const mailboxes = this.#mailboxes;
    if (!mailboxes) return false;
    this.#checkUsable();
    const helpers: number[] = [];
    for (let thread = 1; thread < run.threads; thread++)
      if (mailboxes.give(thread, run, this.#sent[thread]!)) helpers.push(thread);
    if (helpers.length === 0) return false;
    let watch: Watch | undefined;
    try {
      watch = runHere();
    } finally {
      for (const thread of helpers) mailboxes.finish(thread, watch);
    }
    return true;
  }

  /** Has the workers from the second to number `threads` look at their mailboxes, unless they have been told already. */
  gather(threads: number): void {
    for (let thread = 1; thread < threads; thread++)
      if (this.#mailboxes?.hasReceived(thread, this.#sent[thread]!)) this.#post(thread, { kind: 'linger' });
  }

  /** Whether the request is a run, and the worker could be given it without a message. */
  #given(thread: number, message: Request & { readonly request: number }): boolean {
    if (message.kind !== 'run' || !this.#mailboxes) return false;
    return this.#mailboxes.give(thread, message, this.#sent[thread]!, message.request);
  }

  #post(
    thread: number,
    message: Order | (Request & { readonly request: number }),
    transfer?: readonly ArrayBuffer[],
  ): void {
    this.#sent[thread]! += 1;
    this.#mailboxes?.dismiss(thread);
    this.#handles[thread]!.post(message, transfer);
  }

  /**
   * Asks the first `count` workers to do something; resolves when all of them have done it, to the answer of the last.
   * @throws InternalError if one of them throws (MemoryError if it cannot grow), StateError if one ends, or the pool does.
   */
  async request(message: Request, count = this.threads): Promise<unknown> {
    this.#checkUsable();
    const number = ++this.#lastRequest;
    const numbered = { ...message, request: number };
    return this.#expect(number, count, () => {
      for (let thread = 0; thread < count; thread++) if (!this.#given(thread, numbered)) this.#post(thread, numbered);
    });
  }

  /** Ends the workers, also in the middle of a run. Requests that are under way are rejected. */
  async close(): Promise<void> {
    await this.#end(new StateError('The thread pool is closed.'));
  }

  async #start({ workers, threads, memory }: PoolOptions): Promise<void> {
    if (!memory && threads !== 1)
      throw new InternalError(`thread pool: ${threads} workers need a memory that they share.`);
    await this.#expect(startRequest, threads, () => {
      for (let thread = 0; thread < threads; thread++) {
        const handle = this.#startWorker(workers, thread);
        this.#handles.push(handle);
        this.#sent.push(1);
        const start: StartMessage = { kind: 'start', thread, ...(memory && { memory }) };
        handle.post({ ...start, request: startRequest });
      }
    });
    // The first worker speaks for all: `#expect` holds the process by it while there is work.
    for (const handle of this.#handles) handle.release();
  }

  #startWorker(workers: Workers, thread: number): WorkerHandle {
    const title = `${thread + 1} of ${this.threads}`;
    const fail = (reason: string, cause?: unknown): StateError =>
      new StateError(`Worker ${title} ${reason}. setBackend starts new ones.`, { cause });
    try {
      return workers.start(workerSource, `nacre worker ${title}`, {
        message: (value) => this.#receive(value as Answer, title),
        failed: (reason) => void this.#end(fail(reason)),
      });
    } catch (error) {
      const failure = fail(`could not be started: ${String(error)}`, error);
      void this.#end(failure);
      throw failure;
    }
  }

  /** Resolves when `count` workers have answered the request that `post` sends them. */
  #expect(request: number, count: number, post: () => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#pending.size === 0) this.#handles[0]?.hold();
      this.#pending.set(request, { missing: count, resolve, reject });
      post();
    });
  }

  #receive(answer: Answer, title: string): void {
    if (answer.kind === 'failed') {
      void this.#end(failureOf(answer, title));
      return;
    }
    const pending = this.#pending.get(answer.request);
    if (!pending || --pending.missing > 0) return;
    this.#pending.delete(answer.request);
    if (this.#pending.size === 0) this.#handles[0]?.release();
    pending.resolve(answer.value);
  }

  async #end(failure: Error): Promise<void> {
    this.#failure ??= failure;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(this.#failure);
    await Promise.all(this.#handles.map((handle) => handle.terminate()));
  }

  #checkUsable(): void {
    if (this.#failure) throw new StateError(this.#failure.message, { cause: this.#failure });
  }
}

/** What a worker threw, with the function of the program that it was in. */
function failureOf({ doing, message, stack }: Extract<Answer, { kind: 'failed' }>, title: string): Error {
  const place = / at (?:\S+\.)?(\S+) \(wasm:/.exec(stack)?.[1];
  const where = place === undefined ? '' : ` in function '${place}'`;
  const explanation = `Worker ${title} failed to ${doing}${where}: ${message}.`;
  return doing === 'grow' ? new MemoryError(explanation) : new InternalError(explanation);
}
