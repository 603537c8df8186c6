// Writes the numbers of each epoch to a file, a row each.
import { checkBoolean } from '../check.js';
import { activeFiles } from '../files.js';
import { shortest } from '../progress/number-format.js';
import { Callback, type CallbackState, type Logs } from './callback.js';
import { checkText, folderOf, fromJson, withLeading } from './options.js';

export interface CsvLoggerOptions {
  /** The path of the file. */
  readonly filename: string;
  /** What stands between the values of a row; a comma unless given. */
  readonly separator?: string;
  /** Whether rows are added to what the file has; otherwise it begins anew. False unless given. */
  readonly append?: boolean;
}

const what = 'callbacks.csvLogger';
const lineEnd = '\r\n';

export class CsvLogger extends Callback {
  readonly #filename: string;
  readonly #separator: string;
  readonly #append: boolean;
  #keys: readonly string[] | undefined;
  /** What the file holds; undefined where a run goes on and it is still to be read. */
  #text: string | undefined;
  /** How much of the file belongs to the run that goes on: rows that came after its backup come again. */
  #kept: number | undefined;

  constructor({ filename, separator, append }: CsvLoggerOptions) {
    super();
    this.#filename = checkText(filename, `${what}: filename`);
    this.#separator = checkText(separator ?? ',', `${what}: separator`);
    this.#append = checkBoolean(append ?? false, `${what}: append`);
  }

  override async onTrainBegin(): Promise<void> {
    this.#keys = undefined;
    this.#kept = undefined;
    this.#text = this.#append ? await this.#read() : '';
  }

  async #read(): Promise<string> {
    return new TextDecoder().decode(await activeFiles().read(this.#filename));
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const files = activeFiles();
    this.#text ??= (await this.#read()).slice(0, this.#kept);
    if (!this.#keys) {
      const folder = folderOf(this.#filename);
      if (folder !== '') await files.makeDirectory(folder);
      this.#keys = keysOf(logs);
      if (this.#text === '') this.#text += this.#row(['epoch', ...this.#keys]);
    }
    const values = this.#keys.map((key) => (Object.hasOwn(logs, key) ? shortest(logs[key]!) : 'NA'));
    this.#text += this.#row([String(epoch), ...values]);
    // Whole and renamed, so that no row is ever half there.
    await files.write(this.#filename, new TextEncoder().encode(this.#text));
  }

  #row(values: readonly string[]): string {
    const quoted = values.map((value) =>
      value.includes(this.#separator) || /["\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value,
    );
    return quoted.join(this.#separator) + lineEnd;
  }

  override getState(): CallbackState {
    return { values: { length: this.#text?.length ?? this.#kept ?? 0, keys: this.#keys ?? [] } };
  }

  override setState({ values: { length, keys } }: CallbackState): void {
    this.#kept = fromJson(length);
    this.#text = undefined;
    if (Array.isArray(keys) && keys.length > 0) this.#keys = keys.map(String);
  }
}

/** The columns of a run: in the order of the alphabet, with those of a validation that may come later. */
function keysOf(logs: Logs): string[] {
  const keys = Object.keys(logs).sort();
  return keys.some((key) => key.startsWith('val_')) ? keys : [...keys, ...keys.map((key) => `val_${key}`)];
}

/**
 * Writes the numbers of each epoch to a CSV file: `epoch` and the logs in the order of the alphabet, `NA` for what an
 * epoch does not have.
 * @throws ValueError for unknown options
 * @example
 * callbacks.csvLogger('training.csv', { append: true });
 */
export function csvLogger(
  filename: string | CsvLoggerOptions,
  options: Omit<CsvLoggerOptions, 'filename'> = {},
): CsvLogger {
  return new CsvLogger(withLeading(what, 'filename', filename, options, ['filename', 'separator', 'append']));
}
