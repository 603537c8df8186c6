// Writes event files, which TensorBoard reads while they grow.
import type { Files } from '../../base/files.js';
import { frameRecord } from '../tfrecord.js';
import { eventCodec, type EventValue, type LogEvent } from './event.js';

/** The first event of every file of this version of the format. */
const fileVersion = 'brain.Event:2';

export interface EventFileOptions {
  /** Seconds since 1970; the machine's clock unless given. */
  readonly now?: () => number;
  /** Tells files of the same second apart; random unless given. */
  readonly suffix?: string;
}

/** An event file in `directory`. It appears when it is first flushed. */
export class EventFile {
  readonly path: string;
  readonly #directory: string;
  readonly #files: Files;
  readonly #now: () => number;
  #waiting: LogEvent[];
  /** Bytes in the file. */
  #length = 0;

  constructor(files: Files, directory: string, options: EventFileOptions = {}) {
    this.#files = files;
    this.#directory = directory;
    this.#now = options.now ?? (() => Date.now() / 1000);
    const opened = this.#now();
    // TensorBoard takes files with `tfevents` in their name, and reads those of a folder in the order of their names.
    const seconds = String(Math.floor(opened)).padStart(10, '0');
    this.path = `${directory}/events.out.tfevents.${seconds}.nacre.${options.suffix ?? randomSuffix()}.v2`;
    this.#waiting = [{ wallTime: opened, fileVersion, sourceMetadata: { writer: 'nacre' } }];
  }

  /** Adds values of a step, to be written with the next flush. */
  add(step: number, ...values: readonly EventValue[]): void {
    const wallTime = this.#now();
    for (const value of values) this.#waiting.push({ wallTime, step: BigInt(step), summary: { value: [value] } });
  }

  /** Adds the graph of the run, of which a file has one. */
  addGraph(graphDef: Uint8Array): void {
    this.#waiting.push({ wallTime: this.#now(), graphDef });
  }

  /** How many seconds the oldest of what is not written yet has waited; 0 where there is nothing. */
  get waitingSeconds(): number {
    const oldest = this.#waiting[0];
    return oldest ? this.#now() - oldest.wallTime : 0;
  }

  /** Writes what was added since the last flush to the end of the file. @throws DataError if that fails */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    const { encode } = await eventCodec();
    const records = events.map((event) => frameRecord(encode(event)));
    const bytes = new Uint8Array(records.reduce((sum, record) => sum + record.byteLength, 0));
    let filled = 0;
    for (const record of records) {
      bytes.set(record, filled);
      filled += record.byteLength;
    }
    const start = this.#length;
    this.#length += bytes.byteLength;
    if (start === 0) await this.#files.makeDirectory(this.#directory);
    await this.#files.writeAt(this.path, start, bytes);
  }
}

function randomSuffix(): string {
  return crypto.getRandomValues(new Uint32Array(1))[0]!.toString(16).padStart(8, '0');
}
