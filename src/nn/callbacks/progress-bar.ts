// The progress bar as a callback, for those who want another one than fit shows by itself.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { checkNumber, checkWhole, show } from '../check.js';
import { lookUp, type Spelling } from '../lookup.js';
import { Progress, type ProgressSettings } from '../progress/progress.js';
import { Callback, type Logs } from './callback.js';

export interface ProgressBarOptions {
  /** 'bar', rewritten in place in a terminal, or 'lines', one an epoch; as fit's `verbose` says unless given. */
  readonly style?: Spelling<'bar' | 'lines'>;
  /** Characters of the bar itself; 20 unless given. */
  readonly width?: number;
  /** Least time between two refreshes; 50 unless given. */
  readonly refreshMilliseconds?: number;
  /** The names in the logs that are shown; all unless given. */
  readonly metrics?: readonly string[];
}

const what = 'callbacks.progressBar';
const optionNames = [
  'style',
  'width',
  'refreshMilliseconds',
  'metrics',
] as const satisfies readonly (keyof ProgressBarOptions)[];
const styles = { bar: 1, lines: 2 } as const;

export class ProgressBarCallback extends Callback {
  /** fit, evaluate and predict leave showing to it. */
  readonly showsProgress = true;
  readonly #style: 1 | 2 | undefined;
  readonly #settings: ProgressSettings;
  #progress = new Progress(0);

  constructor(options: ProgressBarOptions) {
    super();
    rejectUnknownOptions(what, options, optionNames);
    const { style, width, refreshMilliseconds, metrics } = options;
    this.#style = style === undefined ? undefined : lookUp<1 | 2>(`style of ${what}`, style, styles).value;
    const isNames = (value: unknown): boolean =>
      Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');
    if (metrics !== undefined && !isNames(metrics))
      throw new ValueError(`${what}: expected metrics to be a list of names, received ${show(metrics)}.`);
    this.#settings = {
      ...(width === undefined ? {} : { width: checkWhole(width, `${what}: width`) }),
      ...(refreshMilliseconds === undefined
        ? {}
        : { refreshMilliseconds: checkNumber(refreshMilliseconds, `${what}: refreshMilliseconds`, 0) }),
      ...(metrics === undefined ? {} : { names: metrics }),
    };
  }

  #begin(title?: string): void {
    this.#progress = new Progress(this.#style ?? (this.params?.verbose === 2 ? 2 : 1), this.#settings);
    this.#progress.begin(this.params!.steps, title);
  }

  override onTrainBegin(): void {
    const run = this.model!.run!;
    run.onSteps((logs) => this.#progress.update(run.batch, logs));
  }

  override onEpochBegin(epoch: number): void {
    const { epochs } = this.params!;
    this.#begin(epochs > 1 ? `Epoch ${epoch + 1}/${epochs}` : undefined);
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.#progress.finish(logs);
  }

  /** While training, validation shows nothing of its own. */
  get #isAlone(): boolean {
    return this.model?.run === undefined;
  }

  override onTestBegin(): void {
    if (this.#isAlone) this.#begin();
  }

  override onTestEnd(logs: Logs): void {
    if (this.#isAlone) this.#progress.finish(logs);
  }

  override onPredictBegin(): void {
    if (this.#isAlone) this.#begin();
  }

  override onPredictEnd(logs: Logs): void {
    if (this.#isAlone) this.#progress.finish(logs);
  }
}

/**
 * Shows progress in place of fit, evaluate and predict: with another width, fewer numbers, or a line an epoch.
 * @throws ValueError for unknown options
 * @example
 * callbacks.progressBar({ width: 40, metrics: ['loss', 'val_loss'] });
 */
export function progressBar(options: ProgressBarOptions = {}): ProgressBarCallback {
  return new ProgressBarCallback(options);
}
