// Saves the model as it is trained.
import { checkBoolean, checkNumber } from '../check.js';
import { activeConsole } from '../console.js';
import { activeFiles } from '../files.js';
import { fixed } from '../progress/number-format.js';
import { checkModelPath } from '../saving/write-model-file.js';
import { isFilePath } from '../saving/places/schemes.js';
import { Callback, type CallbackState, type Logs } from './callback.js';
import { formatPattern } from './file-pattern.js';
import { Monitor, type MonitorOptions } from './monitor.js';
import {
  checkSaveFrequency,
  checkVerbose,
  folderOf,
  fromJson,
  say,
  toJson,
  withLeading,
  type SaveFrequency,
  type VerboseLevel,
} from './options.js';

export interface ModelCheckpointOptions extends MonitorOptions {
  /** The path of the file, with places for the epoch (from 1) and the logs: `{epoch:02d}-{val_loss:.2f}.safetensors`. */
  readonly filepath: string;
  readonly verbose?: VerboseLevel;
  /** Whether only a model that is better than all before is saved; false unless given. */
  readonly saveBestOnly?: boolean;
  /** Whether only the weights (and the optimizer's state) are saved; false unless given. */
  readonly saveWeightsOnly?: boolean;
  /** 'epoch' (unless given), or after how many batches. */
  readonly saveFreq?: SaveFrequency;
  /** With saveBestOnly: only what is better than this is saved. */
  readonly initialValueThreshold?: number | null;
}

const what = 'callbacks.modelCheckpoint';
const optionNames = [
  'filepath',
  'monitor',
  'mode',
  'verbose',
  'saveBestOnly',
  'saveWeightsOnly',
  'saveFreq',
  'initialValueThreshold',
] as const satisfies readonly (keyof ModelCheckpointOptions)[];

export class ModelCheckpoint extends Callback {
  readonly #filepath: string;
  /** Undefined where every model is saved. */
  readonly #monitor: Monitor | undefined;
  readonly #verbose: VerboseLevel;
  readonly #weightsOnly: boolean;
  readonly #frequency: SaveFrequency;
  #best: number | undefined;

  constructor(options: ModelCheckpointOptions) {
    super();
    this.#filepath = checkModelPath(options.filepath, what);
    this.#verbose = checkVerbose(options.verbose, what);
    const bestOnly = checkBoolean(options.saveBestOnly ?? false, `${what}: saveBestOnly`);
    this.#monitor = bestOnly ? new Monitor(what, options) : undefined;
    this.#weightsOnly = checkBoolean(options.saveWeightsOnly ?? false, `${what}: saveWeightsOnly`);
    this.#frequency = checkSaveFrequency(options.saveFreq, what);
    const threshold = options.initialValueThreshold ?? undefined;
    this.#best = threshold === undefined ? undefined : checkNumber(threshold, `${what}: initialValueThreshold`);
  }

  /** The best value so far. */
  get best(): number | undefined {
    return this.#best;
  }

  override onTrainBegin(): void {
    this.#monitor?.reset();
    const { run } = this.model!;
    if (this.#frequency === 'epoch' || !run) return;
    run.every(this.#frequency, async (logs) => this.#save(run.epoch, await logs(), run.batch));
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.#frequency === 'epoch') await this.#save(epoch, logs);
  }

  async #save(epoch: number, logs: Logs, batch?: number): Promise<void> {
    const values = { epoch: epoch + 1, ...(batch === undefined ? {} : { batch }), ...logs };
    const path = formatPattern(this.#filepath, values, what);
    if (!this.#isDue(epoch, logs, path)) return;
    const model = this.model!;
    const folder = folderOf(path);
    if (folder !== '' && isFilePath(path)) await activeFiles().makeDirectory(folder);
    if (this.#weightsOnly) await model.saveWeights(path);
    else await model.save(path);
    this.#say(epoch, `finished saving model to ${path}`);
  }

  #say(epoch: number, text: string): void {
    if (this.#verbose > 0) say(`\nEpoch ${epoch + 1}: ${text}`);
  }

  #isDue(epoch: number, logs: Logs, path: string): boolean {
    if (!this.#monitor) {
      this.#say(epoch, `saving model to ${path}`);
      return true;
    }
    const { name } = this.#monitor;
    const current = Object.hasOwn(logs, name) ? logs[name] : undefined;
    if (current === undefined) {
      activeConsole().warn(
        `${what}: there is no '${name}', so the model is saved whether it is the best or not. There is: ${Object.keys(logs).join(', ')}.`,
      );
      return true;
    }
    const best = this.#best === undefined ? 'None' : fixed(this.#best, 5);
    if (!this.#monitor.isImprovement(current, this.#best)) {
      this.#say(epoch, `${name} did not improve from ${best}`);
      return false;
    }
    this.#say(epoch, `${name} improved from ${best} to ${fixed(current, 5)}, saving model to ${path}`);
    this.#best = current;
    return true;
  }

  override getState(): CallbackState {
    return { values: { best: toJson(this.#best) } };
  }

  override setState({ values }: CallbackState): void {
    this.#best = fromJson(values.best);
  }
}

/**
 * Saves the model (or its weights) after each epoch, or after every so many batches; with `saveBestOnly` only when
 * `monitor` is better than ever. A file is written beside and renamed. Folders are made.
 * @throws ValueError for unknown options, or a path whose ending is no format that exists
 * @example
 * callbacks.modelCheckpoint('runs/{epoch:02d}-{val_loss:.2f}.safetensors', { saveBestOnly: true });
 */
export function modelCheckpoint(
  filepath: string | ModelCheckpointOptions,
  options: Omit<ModelCheckpointOptions, 'filepath'> = {},
): ModelCheckpoint {
  return new ModelCheckpoint(withLeading(what, 'filepath', filepath, options, optionNames));
}
