// Shows how far fit, evaluate and predict have come. In a terminal it looks as in Keras; elsewhere (a file, a pipe, the
// console of a browser) each epoch gets one line when it is done, the line that Keras prints for verbose 2.
import { activeConsole } from '../console.js';
import { ProgressBar, type Values } from './bar.js';

/** 0 prints nothing, 1 a progress bar, 2 a line an epoch. */
export type Verbosity = 0 | 1 | 2;

/** Showing takes at most one part in so many of the time, what the terminal needs for it included. */
const timeBetween = 200;

/** What may be chosen beside the verbosity. */
export interface ProgressSettings {
  /** Characters of the bar. */
  readonly width?: number;
  /** Least time between two refreshes. */
  readonly refreshMilliseconds?: number;
  /** The names that are shown; all unless given. */
  readonly names?: readonly string[];
}

export class Progress {
  /** The end of the pause that the last time it was shown is worth. */
  #pauseUntil = -Infinity;
  readonly #verbose: Verbosity;
  readonly #settings: ProgressSettings;
  #bar: ProgressBar | undefined;

  constructor(verbose: Verbosity, settings: ProgressSettings = {}) {
    this.#verbose = verbose;
    this.#settings = settings;
  }

  /** Begins an epoch of `steps` steps; `title` is printed before it. */
  begin(steps: number, title?: string): void {
    if (this.#verbose === 0) return;
    const output = activeConsole();
    const { width, refreshMilliseconds } = this.#settings;
    this.#bar = new ProgressBar({
      ...(width === undefined ? {} : { width }),
      ...(refreshMilliseconds === undefined ? {} : { refreshMilliseconds }),
      target: steps,
      style: this.#isBar ? 'rewritten' : 'lines',
      colour: output.colour !== 'none',
      now: () => output.now(),
    });
    if (title !== undefined) output.write(`${title}\n`);
  }

  get #isBar(): boolean {
    return this.#verbose === 1 && activeConsole().isTerminal;
  }

  /** Shows that `current` steps are done, at most 20 times a second, and less often where it takes long. `values` is asked only when it is shown. */
  async update(current: number, values: () => Promise<Values>): Promise<void> {
    if (!this.#bar || !this.#isBar) return;
    const output = activeConsole();
    const begin = output.timer?.() ?? 0;
    if (begin < this.#pauseUntil) return;
    const text = await this.#bar.update(current, async () => this.#shown(await values()));
    if (text === '') return;
    output.write(text);
    const end = output.timer?.() ?? 0;
    this.#pauseUntil = end + timeBetween * (end - begin);
  }

  #shown(values: Values): Values {
    const { names } = this.#settings;
    return names ? Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name))) : values;
  }

  /** Ends the epoch. */
  finish(values: Values): void {
    if (this.#bar) activeConsole().write(this.#bar.finish(this.#shown(values)));
    this.#bar = undefined;
  }

  /** Leaves an unfinished line as it is, so that what is printed next begins a line of its own. */
  abandon(): void {
    if (this.#bar?.isOpen) activeConsole().write('\n');
    this.#bar = undefined;
  }
}
