// Does jobs one after the other, in the order in which they came.

/** Something to do; one that takes time returns a promise, which must not be rejected. */
export type Job = () => Promise<void> | void;

export class JobQueue {
  readonly #waiting: Job[] = [];
  #busy = false;

  /** Whether all jobs are done. */
  get idle(): boolean {
    return !this.#busy && this.#waiting.length === 0;
  }

  /** Starts the job when all jobs before it are done: before this returns, if they are. */
  add(job: Job): void {
    this.#waiting.push(job);
    this.#advance();
  }

  #advance(): void {
    while (!this.#busy && this.#waiting.length > 0) {
      const done = this.#waiting.shift()!();
      if (!(done instanceof Promise)) continue;
      this.#busy = true;
      void done.then(() => {
        this.#busy = false;
        this.#advance();
      });
    }
  }
}
