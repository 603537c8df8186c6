// What loading a data set needs of the machine it runs on. The platform provides it and an entry point passes it in, so
// that data knows neither Node nor browsers.
import type { Files } from '../base/files.js';

export interface DataServices {
  readonly files: Files;
  /** The web's `fetch`. */
  fetch(url: string, init?: RequestInit): Promise<Response>;
  /** The folder that keeps files for this purpose between runs, made when missing. */
  cacheDirectory(purpose: string): Promise<string>;
  /** Path of a file of an npm package that the user may have installed, or undefined. */
  resolvePackageFile(packageName: string, file: string): string | undefined;
  /** Tells the user something that does not stop the work. */
  warn(message: string): void;
}
