// How a long run shares the thread: how many steps to ask for at once, and when to let other work through.
import { nextTask } from '../../base/next-task.js';

/** A call of this length hides its own cost, and is short enough to stop soon and to show progress. */
const millisecondsPerCall = 50;
/** Growth from call to call: the first ones include loading, and must not be followed by far too long ones. */
const growth = 8;

/** Chooses the number of steps a call from how long the calls before took. */
export class Pace {
  #steps = 1;

  get steps(): number {
    return this.#steps;
  }

  /** Learns that `steps` steps took so long. */
  took(steps: number, milliseconds: number): void {
    const fitting = Math.floor((millisecondsPerCall * steps) / Math.max(milliseconds, 1e-3));
    this.#steps = Math.max(1, Math.min(fitting, this.#steps * growth));
  }
}

const millisecondsBetweenBreaths = 20;

/** Lets timers, signals and drawing through where a backend works on this thread and would keep them waiting. */
export class Breather {
  #last = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.#last < millisecondsBetweenBreaths) return;
    await nextTask();
    this.#last = performance.now();
  }
}
