// What differs between Node and browsers. An entry point chooses the implementation; nothing below it asks which one
// it is, only what it can do.
import type { FileGroups, Files } from '../base/files.js';
import type { Workers } from '../base/workers.js';
import type { Clock } from './clock.js';
import type { Terminal } from './terminal.js';

export interface Platform {
  readonly files: Files;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly workers: Workers;
  /** The web's `fetch`. */
  fetch(url: string, init?: RequestInit): Promise<Response>;
  /** The browser's database; undefined where there is none. */
  readonly database: FileGroups | undefined;
  /** Hands the user a file to keep; undefined where there is no page that could. */
  readonly download: ((name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>) | undefined;
  /**
   * The folder that keeps files for `purpose` between runs, made when missing and private to the user.
   * @throws DataError if it cannot be made.
   */
  cacheDirectory(purpose: string): Promise<string>;
  /** Path of a file of an npm package that the user may have installed, or undefined when there is none. */
  resolvePackageFile(packageName: string, file: string): string | undefined;
  /** What the program runs on, each part with its name: the version of Node or the browser, the processor. */
  machine(): readonly (readonly [name: string, value: string])[];
  /** Tells the user something that does not stop the work. */
  warn(message: string): void;
  /**
   * Calls `listener` when the user asks to stop (Ctrl-C), which then no longer ends the process by itself. Returns the
   * function that ends this.
   */
  onInterrupt(listener: () => void): () => void;
}
