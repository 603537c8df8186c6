// How a worker is given a run without a message, which takes tens of microseconds to arrive: after a run, workers look
// at a mailbox of shared memory for a while before they go back to their messages. A short run is done together with
// those who look, by the owner of the pool as thread 0, and is over when its own call returns; the end of a longer one is
// told by a message.
//
// A mailbox is a cache line of 32-bit words, one for each worker. Its state goes from `away` to `waiting` by the worker,
// who also says how many messages it has had: a run may be of a program that it has not been told of yet. From `waiting`
// the owner of the pool makes it `given`, by compare and exchange, or `away`, since a message is under way; the worker
// makes it `taken` when it begins, and `waiting` again when the run is over, or `away` when it has waited long enough.
// A worker that has not begun by the time all work is done, since the operating system gave its processor to another
// program, is not waited for: the owner makes `given` `waiting` again.
import type { Watch } from './code.js';

/** Places of words in a mailbox. */
export const mailboxWords = {
  state: 0,
  /** Messages that the worker has dealt with. */
  received: 1,
  program: 2,
  threads: 3,
  steps: 4,
  table: 5,
  control: 6,
  /** The request that the worker answers by a message when it is done; 0 for none. */
  request: 7,
} as const;

export const mailboxStates = { away: 0, waiting: 1, given: 2, taken: 3 } as const;

export const mailboxByteLength = 64;

/** How long a worker looks at its mailbox after what it did last. */
export const patienceMilliseconds = 0.5;

/** All that a worker has to know of its mailbox. */
export const mailboxTerms = {
  words: mailboxWords,
  states: mailboxStates,
  byteLength: mailboxByteLength,
  patience: patienceMilliseconds,
};

export type MailboxTerms = typeof mailboxTerms;

/** A run as a mailbox says it: addresses, and the number of the program. */
export interface GivenRun {
  readonly program: number;
  readonly threads: number;
  readonly steps: number;
  readonly table: number;
  readonly control: number;
}

/** Looks at a mailbox before the owner sleeps between looks; more than a run's end takes. */
const looks = 10_000;

/** The mailboxes of all workers, side by side. */
export class Mailboxes {
  readonly #address: number;
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** @param address of `threads` mailboxes, all zeros */
  constructor(memory: WebAssembly.Memory, address: number, threads: number) {
    this.#address = address;
    // A memory that grows stays where it is.
    this.#words = new Int32Array(
      memory.buffer as unknown as SharedArrayBuffer,
      address,
      (threads * mailboxByteLength) / 4,
    );
  }

  #place(thread: number, word: keyof typeof mailboxWords): number {
    return (thread * mailboxByteLength) / 4 + mailboxWords[word];
  }

  /** Gives the run to a worker that waits and has had `messages` messages. Whether there was one. */
  give(thread: number, run: GivenRun, messages: number, request = 0): boolean {
    const words = this.#words;
    const state = this.#place(thread, 'state');
    if (Atomics.load(words, state) !== mailboxStates.waiting) return false;
    if (!this.hasReceived(thread, messages)) return false;
    for (const word of ['program', 'threads', 'steps', 'table', 'control'] as const)
      words[this.#place(thread, word)] = run[word];
    words[this.#place(thread, 'request')] = request;
    return this.#exchange(state, mailboxStates.waiting, mailboxStates.given);
  }

  /** Takes back what the worker was given, if it has not begun; else waits until it is done. */
  finish(thread: number, watch?: Watch): void {
    const state = this.#place(thread, 'state');
    if (this.#exchange(state, mailboxStates.given, mailboxStates.waiting)) return;
    for (let look = 0; Atomics.load(this.#words, state) === mailboxStates.taken; look++)
      if (watch) watch(this.#address + 4 * state, mailboxStates.taken);
      else if (look > looks) Atomics.wait(this.#words, state, mailboxStates.taken, 0.1);
  }

  /** Has a worker that waits go back to its messages. */
  dismiss(thread: number): void {
    this.#exchange(this.#place(thread, 'state'), mailboxStates.waiting, mailboxStates.away);
  }

  /** Whether the worker has dealt with so many messages. */
  hasReceived(thread: number, messages: number): boolean {
    return Atomics.load(this.#words, this.#place(thread, 'received')) === messages;
  }

  #exchange(place: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#words, place, from, to) === from;
  }
}
