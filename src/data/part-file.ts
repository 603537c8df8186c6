// What has arrived of a download, on disk, so that the next call takes it up where this one stopped.
import type { Files } from '../base/files.js';

/** The bytes so far. */
interface Received {
  readonly length: number;
  /** From `start` on. */
  bytes(start: number): Uint8Array;
}

/**
 * Bytes are written at their own positions, so that two processes that fetch the same URL at once write the same bytes to
 * the same places.
 */
export class PartFile {
  readonly #files: Files;
  #path: string | undefined;
  /** Bytes of it that hold. */
  #length = 0;

  constructor(files: Files, path: string) {
    this.#files = files;
    this.#path = path;
  }

  get length(): number {
    return this.#length;
  }

  async read(): Promise<Uint8Array | undefined> {
    const bytes = this.#path === undefined ? undefined : await this.#files.read(this.#path);
    this.#length = bytes?.length ?? 0;
    return bytes;
  }

  /** Adds what is not in it yet. */
  async keep(received: Received): Promise<void> {
    if (this.#path === undefined || received.length === this.#length) return;
    try {
      await this.#files.writeAt(this.#path, this.#length, received.bytes(this.#length));
      this.#length = received.length;
    } catch {
      // Keeping the part is a convenience; a full or read-only disk must not end a download that works.
      this.#path = undefined;
    }
  }

  async discard(): Promise<void> {
    this.#length = 0;
    if (this.#path !== undefined) await this.#files.remove(this.#path);
  }

  /** For bytes that cannot be resumed: nothing more is kept. */
  async giveUp(): Promise<void> {
    await this.discard();
    this.#path = undefined;
  }
}
