// The value that a callback watches, and what counts as an improvement of it.
import { ValueError } from '../../base/errors.js';
import { checkNumber } from '../check.js';
import { activeConsole } from '../console.js';
import { lookUp, type Spelling } from '../lookup.js';
import type { Logs } from './callback.js';
import { checkText } from './options.js';

/** Whether less or more is better; 'auto' tells by the name. */
export type MonitorMode = 'auto' | 'min' | 'max';

export interface MonitorOptions {
  /** A name in the logs; 'val_loss' unless given. */
  readonly monitor?: string;
  /** Whether less ('min') or more ('max') is better; told by the name unless given. */
  readonly mode?: Spelling<MonitorMode>;
}

const modes = { auto: 'auto', min: 'min', max: 'max' } as const;

/** Names of metrics, without `val_`, of which more is better; the words in them separated by `_`. */
const betterWhenLarger =
  /(^|_)(acc|accuracy|auc|auroc|precision|recall|specificity|sensitivity|score|f1|f2|iou|io_u|correlation|r2|cosine_similarity)($|_|\d)/;
/** And those of which less is. */
const betterWhenSmaller =
  /(^|_)(loss|error|errors|mse|mae|mape|msle|rmse|crossentropy|bce|ce|hinge|poisson|divergence|kl|logcosh|log_cosh)($|_|\d)/;

export class Monitor {
  readonly name: string;
  readonly #what: string;
  readonly #sign: 1 | -1;
  readonly #minDelta: number;
  #hasWarned = false;

  /** @throws ValueError for an unknown mode, or a name that does not tell whether less or more is better */
  constructor(what: string, options: MonitorOptions, minDelta = 0) {
    this.#what = what;
    this.name = checkText(options.monitor ?? 'val_loss', `${what}: monitor`);
    this.#minDelta = Math.abs(checkNumber(minDelta, `${what}: minDelta`));
    const mode = lookUp<MonitorMode>(`mode of ${what}`, options.mode ?? 'auto', modes).value;
    this.#sign = mode === 'auto' ? this.#signByName() : mode === 'min' ? -1 : 1;
  }

  #signByName(): 1 | -1 {
    const metric = this.name.replace(/^val_/, '').toLowerCase();
    if (betterWhenSmaller.test(metric)) return -1;
    if (betterWhenLarger.test(metric)) return 1;
    throw new ValueError(
      `${this.#what}: cannot tell whether less or more of '${this.name}' is better. Give mode: 'min' or mode: 'max'.`,
    );
  }

  /** The value in the logs; where there is none, a line says so, once a run, and what there is. */
  valueIn(logs: Logs): number | undefined {
    const value = Object.hasOwn(logs, this.name) ? logs[this.name] : undefined;
    if (value === undefined && !this.#hasWarned) {
      this.#hasWarned = true;
      const hint = this.name.startsWith('val_') && !Object.keys(logs).some((key) => key.startsWith('val_'));
      activeConsole().warn(
        `${this.#what}: there is no '${this.name}' to watch, so it does nothing. There is: ${Object.keys(logs).join(', ')}.${hint ? ' Give fit validationData or validationSplit.' : ''}`,
      );
    }
    return value;
  }

  /** Called as a run begins. */
  reset(): void {
    this.#hasWarned = false;
  }

  /** Whether `value` is better than `reference` by more than minDelta; anything is better than nothing. */
  isImprovement(value: number, reference: number | undefined): boolean {
    if (reference === undefined) return true;
    return this.#sign === 1 ? value - this.#minDelta > reference : value + this.#minDelta < reference;
  }
}
