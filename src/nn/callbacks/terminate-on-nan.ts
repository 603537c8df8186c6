// Ends training when the loss is no number, and says where numbers went wrong first.
import { DataError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { checkBoolean } from '../check.js';
import { activeConsole } from '../console.js';
import { Callback, type Logs } from './callback.js';
import { say } from './options.js';
import type { Moment } from './training-run.js';

export interface TerminateOnNaNOptions {
  /** Whether fit ends with an error, rather than as if training had been stopped; false unless given. */
  readonly raiseError?: boolean;
}

const what = 'callbacks.terminateOnNaN';
/** Keeping a moment takes at most one part in so many of the time. */
const timeBetween = 50;

export class TerminateOnNaN extends Callback {
  readonly #raisesError: boolean;
  /** The last moment at which everything was finite. */
  #sound: Moment | undefined;
  #pauseUntil = -Infinity;

  constructor(options: TerminateOnNaNOptions) {
    super();
    rejectUnknownOptions(what, options, ['raiseError']);
    this.#raisesError = checkBoolean(options.raiseError ?? false, `${what}: raiseError`);
  }

  override onTrainBegin(): void {
    // Not batch by batch: the loss of an epoch that is no number stays so, and the steps can be taken again.
    this.model!.run!.onSteps(async (logs) => {
      if (isInvalid(await logs())) await this.#terminate();
      else await this.#keep();
    });
  }

  override async onEpochBegin(): Promise<void> {
    this.#pauseUntil = -Infinity;
    this.#sound = undefined;
    await this.#keep();
  }

  async #keep(): Promise<void> {
    const start = performance.now();
    if (start < this.#pauseUntil) return;
    const moment = await this.model!.run!.moment();
    // Where weights are wrong already, going back there would not show why.
    if (this.#sound === undefined || (await this.#weightsAreFinite())) this.#sound = moment;
    const end = performance.now();
    this.#pauseUntil = end + timeBetween * (end - start);
  }

  async #weightsAreFinite(): Promise<boolean> {
    for (const weight of this.model!.weights) {
      const { data } = await weight.read();
      for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
    }
    return true;
  }

  /** Takes the steps since the last sound moment again, one by one, up to the one whose loss is no number. */
  async #terminate(): Promise<void> {
    const model = this.model!;
    const run = model.run!;
    const reached = await run.moment();
    let cause: string | undefined;
    let isSound = true;
    if (this.#sound) {
      run.rewind(this.#sound);
      let isRepeated = false;
      while (!isRepeated && run.batch < reached.batch) {
        const before = isSound ? await run.moment() : undefined;
        await run.step();
        isRepeated = isInvalid(await run.logs());
        if (!before || (!isRepeated && (await this.#weightsAreFinite()))) continue;
        isSound = false;
        const after = await run.moment();
        run.rewind(before);
        cause = await run.findNonFinite();
        run.rewind(after);
      }
      // What another callback changed in between cannot be repeated.
      if (!isRepeated) run.rewind(reached);
    }
    const batch = run.batch - 1;
    if (this.#raisesError)
      throw new DataError(
        `${what}: the loss of batch ${batch} of epoch ${run.epoch + 1} is not a finite number.${cause === undefined ? '' : ` First, ${cause}.`}`,
      );
    say(`Batch ${batch}: Invalid loss, terminating training`);
    if (cause !== undefined) activeConsole().warn(`${what}: in epoch ${run.epoch + 1}, ${cause}.`);
    model.stopTraining = true;
  }
}

function isInvalid({ loss }: Logs): boolean {
  return loss !== undefined && !Number.isFinite(loss);
}

/**
 * Ends training at the batch whose loss is NaN or infinite, and says which layer's weights, outputs or gradients were so
 * first. It costs nothing a step: where the loss has gone wrong, the steps since the last sound moment are taken again,
 * one by one.
 * @throws ValueError for unknown options
 * @example
 * callbacks.terminateOnNaN();
 */
export function terminateOnNaN(options: TerminateOnNaNOptions = {}): TerminateOnNaN {
  return new TerminateOnNaN(options);
}
