// What reading and writing the files of a model takes, wherever they lie: a main file, and files beside it.
import type { DownloadProgress } from '../../../data/progress.js';

/** What a model is loaded from. */
export type ModelSource = string | URL | Uint8Array | ArrayBuffer | Blob | readonly Blob[];

/** How what lies elsewhere is fetched. */
export interface FetchOptions {
  /** More bytes than this, all files of a model together, are refused; 2 GB by default. */
  readonly maxBytes?: number;
  /** Told how far it has come, file by file. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Stops it. */
  readonly signal?: AbortSignal;
}

/** Where a model is read from. */
export interface ReadPlace {
  /** What errors call it, without quotation marks: a path, a URL, `the bytes given`. */
  readonly name: string;
  /** The main file's name, whose ending says the format; undefined where bytes have none. */
  readonly fileName: string | undefined;
  /** The main file; undefined where there is none. */
  read(): Promise<Uint8Array | undefined>;
  /** A file beside it; undefined where there is none. */
  beside(name: string): Promise<Uint8Array | undefined>;
}

/** Where a model is written to. */
export interface WritePlace extends ReadPlace {
  readonly fileName: string;
  /** All files, or none: whoever reads meanwhile or after a failure finds the old ones or the new ones. */
  write(main: Uint8Array<ArrayBuffer>, beside: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): Promise<void>;
  /** Removes files that were beside an earlier one. Does nothing where files are put and taken together. */
  removeBeside(names: readonly string[]): Promise<void>;
}
