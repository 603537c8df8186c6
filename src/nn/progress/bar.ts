// The progress bar of one epoch, evaluation or prediction: the text that Keras shows, step by step.
import { exponential, fixed } from './number-format.js';

/** Name and value of what is shown behind the bar, in order. */
export type Values = Readonly<Record<string, number>>;

/** How progress is shown: a bar that is rewritten in place, or one line when all is done. */
export type BarStyle = 'rewritten' | 'lines';

export interface BarOptions {
  /** Number of steps. */
  readonly target: number;
  readonly style: BarStyle;
  /** Whether escape sequences for colours may be used. */
  readonly colour: boolean;
  /** Milliseconds from some fixed moment on. */
  readonly now: () => number;
  /** Characters of the bar itself; Keras's 20 unless given. */
  readonly width?: number;
  /** Least time between two texts; Keras's 50 ms unless given. */
  readonly refreshMilliseconds?: number;
}

export class ProgressBar {
  readonly #options: BarOptions;
  readonly #start: number;
  #afterFirstStep: number | undefined;
  #lastShown = -Infinity;
  #shownWidth = 0;
  #order: string[] = [];
  #values: Values = {};

  constructor(options: BarOptions) {
    this.#options = options;
    this.#start = options.now();
  }

  /** Whether an unfinished line is on the screen. */
  get isOpen(): boolean {
    return this.#shownWidth > 0;
  }

  /**
   * The text to write after `current` steps; empty when it is too early for the next refresh. `values` is asked only
   * when the text shows it.
   */
  async update(current: number, values: () => Promise<Values>): Promise<string> {
    const now = this.#options.now();
    const stepSeconds = this.#stepSeconds(current, now);
    if (this.#options.style === 'lines' || now - this.#lastShown < (this.#options.refreshMilliseconds ?? 50)) return '';
    this.#lastShown = now;
    return this.#rewritten(current, now, stepSeconds, await values(), false);
  }

  /** The last text, with its line end. */
  finish(values: Values): string {
    const now = this.#options.now();
    const { target } = this.#options;
    const stepSeconds = this.#stepSeconds(target, now);
    return this.#options.style === 'rewritten'
      ? this.#rewritten(target, now, stepSeconds, values, true)
      : this.#line(now, stepSeconds, values);
  }

  /** Seconds a step, the first one aside, since it takes longer than the others. */
  #stepSeconds(current: number, now: number): number {
    if (current === 0) return 0;
    const since = this.#afterFirstStep;
    const seconds =
      since !== undefined && current > 1 ? (now - since) / 1000 / (current - 1) : (now - this.#start) / 1000 / current;
    if (current === 1) this.#afterFirstStep = now;
    return seconds;
  }

  #count(current: number): string {
    const total = String(this.#options.target);
    return `${String(current).padStart(total.length)}/${total}`;
  }

  #rewritten(current: number, now: number, stepSeconds: number, values: Values, isFinal: boolean): string {
    const { target, colour, width = 20 } = this.#options;
    const paint = (code: number, text: string): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
    const done = Math.floor(width * (current / target));
    const count = this.#count(current);
    const time = isFinal ? `${fixed((now - this.#start) / 1000, 0)}s` : remaining(stepSeconds * (target - current));
    const rest = formatStep(stepSeconds) + this.#formatValues(values, (value) => Math.abs(value) > 1e-3);
    const text =
      `${paint(1, count)} ${done > 0 ? paint(32, '━'.repeat(done)) : ''}${paint(37, '━'.repeat(width - done))}` +
      ` ${paint(1, time)}${rest}`;
    const shownWidth = count.length + 1 + width + 1 + time.length + rest.length;
    const goBack = `${'\b'.repeat(this.#shownWidth)}\r`;
    const overwrite = ' '.repeat(Math.max(0, this.#shownWidth - shownWidth));
    this.#shownWidth = isFinal ? 0 : shownWidth;
    return goBack + text + overwrite + (isFinal ? '\n' : '');
  }

  #line(now: number, stepSeconds: number, values: Values): string {
    const { target } = this.#options;
    // Keras leaves out the sign here and in the bar does not.
    const shown = this.#formatValues(values, (value) => value > 1e-3);
    return `${this.#count(target)} - ${fixed((now - this.#start) / 1000, 0)}s -${formatStep(stepSeconds)}${shown}\n`;
  }

  /** Values seen before keep their place; new ones follow. */
  #formatValues(values: Values, isLarge: (value: number) => boolean): string {
    this.#values = { ...this.#values, ...values };
    for (const name of Object.keys(values)) if (!this.#order.includes(name)) this.#order.push(name);
    return this.#order
      .map((name) => {
        const value = this.#values[name]!;
        return ` - ${name}: ${isLarge(value) ? fixed(value, 4) : exponential(value, 4)}`;
      })
      .join('');
  }
}

function remaining(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  if (seconds > 3600) return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  if (seconds > 60) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${Math.floor(seconds)}s`;
}

function formatStep(seconds: number): string {
  if (seconds >= 1 || seconds === 0) return ` ${fixed(seconds, 0)}s/step`;
  if (seconds >= 1e-3) return ` ${fixed(seconds * 1e3, 0)}ms/step`;
  return ` ${fixed(seconds * 1e6, 0)}us/step`;
}
