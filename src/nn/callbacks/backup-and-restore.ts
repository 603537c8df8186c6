// Keeps a training on disk, so that one that was killed goes on where it stood, with the same bits.
import { DataError } from '../../base/errors.js';
import { isRecord, parseJson } from '../../formats/json.js';
import { checkBoolean } from '../check.js';
import { activeFiles } from '../files.js';
import { resumeSeed } from '../naming.js';
import { readModelFile } from '../saving/model-file.js';
import { writeModelFile } from '../saving/write-model-file.js';
import { restoreOptimizer } from '../saving/restore-optimizer.js';
import { restoreStreams, restoreWeights } from '../saving/restore.js';
import { Callback } from './callback.js';
import { checkSaveFrequency, checkText, withLeading, type SaveFrequency } from './options.js';

export interface BackupAndRestoreOptions {
  /** The folder that the backup is kept in, for this training alone. */
  readonly backupDir: string;
  /** 'epoch' (unless given), or after how many batches. */
  readonly saveFreq?: SaveFrequency;
  /** Whether the backup is removed when training has come to its end; true unless given. */
  readonly deleteCheckpoint?: boolean;
}

const what = 'callbacks.backupAndRestore';
const fileName = 'latest.safetensors';

export class BackupAndRestore extends Callback {
  readonly keepsRun = true;
  readonly #folder: string;
  readonly #frequency: SaveFrequency;
  readonly #deletes: boolean;

  constructor({ backupDir, saveFreq, deleteCheckpoint }: BackupAndRestoreOptions) {
    super();
    this.#folder = checkText(backupDir, `${what}: backupDir`).replace(/\/+$/, '');
    this.#frequency = checkSaveFrequency(saveFreq, what);
    this.#deletes = checkBoolean(deleteCheckpoint ?? true, `${what}: deleteCheckpoint`);
  }

  get #path(): string {
    return `${this.#folder}/${fileName}`;
  }

  override async onTrainBegin(): Promise<void> {
    await activeFiles().makeDirectory(this.#folder);
    if ((await activeFiles().size(this.#path)) !== undefined) await this.#restore();
    if (this.#frequency !== 'epoch') this.model!.run?.every(this.#frequency, () => this.#save());
  }

  override async onEpochEnd(): Promise<void> {
    if (this.#frequency === 'epoch') await this.#save();
  }

  override async onTrainEnd(): Promise<void> {
    if (this.#deletes) await activeFiles().remove(this.#path);
  }

  async #save(): Promise<void> {
    const { values, arrays } = await this.model!.run!.capture();
    const texts = new Map([['run', JSON.stringify(values)]]);
    await writeModelFile(this.model!, this.#path, what, { withConfig: false, texts, extra: arrays });
  }

  async #restore(): Promise<void> {
    const model = this.model!;
    const file = await readModelFile(this.#path, what);
    const text = file.texts.get('run');
    const values = text === undefined ? undefined : parseJson(text, `${file.place}, metadata 'run'`);
    if (!isRecord(values) || !file.random)
      throw new DataError(
        `${what}: ${file.place} is no backup of a training. Remove it to begin anew, or choose another folder.`,
      );
    restoreWeights(model, file);
    if (!restoreOptimizer(model.buildOptimizer(what), file))
      throw new DataError(
        `${what}: ${file.place} is of a training with another optimizer. Compile the model as before, or remove the file to begin anew.`,
      );
    restoreStreams(model.layers, file);
    resumeSeed(file.random.seed);
    model.run!.resume({ values, arrays: file.extra }, file.place);
  }
}

/**
 * Keeps the training in `backupDir` after each epoch, or after every so many batches, and goes on from there when `fit`
 * is called again: after a crash, a power cut or a kill, the weights in the end are those, bit for bit, that a training
 * without interruption would have had. What goes on is everything that decides them: weights, optimizer, epoch and batch,
 * the order of the samples, what dropout draws, and what other callbacks remember. Call `fit` as before, with the same
 * `epochs`.
 * @throws ValueError for unknown options
 * @example
 * await model.fit(x, y, { epochs: 50, callbacks: callbacks.backupAndRestore('backup') });
 */
export function backupAndRestore(
  backupDir: string | BackupAndRestoreOptions,
  options: Omit<BackupAndRestoreOptions, 'backupDir'> = {},
): BackupAndRestore {
  return new BackupAndRestore(
    withLeading(what, 'backupDir', backupDir, options, ['backupDir', 'saveFreq', 'deleteCheckpoint']),
  );
}
