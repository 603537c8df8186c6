// Hands out pieces of one linear memory and takes them back: first fit by address, neighbours merged. The same calls
// give the same addresses. Where the bytes are, and how the memory grows, is its owner's business.
import { InternalError, MemoryError } from '../base/errors.js';

/** Every address is a multiple of it: a cache line, and any vector. */
export const alignment = 64;

/** The least that the memory grows by, so that many small pieces do not make it grow many times. */
const smallestGrowth = 2 ** 20;

export interface AllocatorOptions {
  /** The memory's size in bytes when it is handed over. */
  readonly byteLength: number;
  /** The size in bytes that it can never exceed. */
  readonly maximumByteLength: number;
  /** Grows the memory to `byteLength`. @throws when there is no more */
  readonly grow: (byteLength: number) => void;
}

interface Piece {
  address: number;
  byteLength: number;
}

export class Allocator {
  readonly #maximumByteLength: number;
  readonly #grow: (byteLength: number) => void;
  #byteLength: number;
  #bytesInUse = 0;
  /** By address; no two touch. */
  readonly #free: Piece[];
  /** Size of each piece that is in use, by address. */
  readonly #used = new Map<number, number>();

  constructor(options: AllocatorOptions) {
    this.#byteLength = options.byteLength;
    this.#maximumByteLength = options.maximumByteLength;
    this.#grow = options.grow;
    if (options.byteLength < alignment)
      throw new InternalError(
        `allocator: expected at least ${alignment} bytes to start with, received ${options.byteLength}.`,
      );
    // Address 0 is nobody's, so that no piece is ever mistaken for none.
    this.#free =
      options.byteLength === alignment ? [] : [{ address: alignment, byteLength: options.byteLength - alignment }];
  }

  /** Size of the memory. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** Sum of the pieces in use, each rounded up to the alignment. */
  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  /**
   * The address of a new piece of at least `byteLength` bytes, which no other piece overlaps.
   * @throws MemoryError if neither the memory has room for it nor can grow enough.
   */
  allocate(byteLength: number): number {
    if (!Number.isInteger(byteLength) || byteLength < 0)
      throw new InternalError(`allocator: expected a whole number of bytes, received ${byteLength}.`);
    // An empty piece has an address of its own too.
    const needed = Math.max(1, Math.ceil(byteLength / alignment)) * alignment;
    let index = this.#free.findIndex((piece) => piece.byteLength >= needed);
    if (index < 0) index = this.#growFor(needed, byteLength);
    const piece = this.#free[index]!;
    const { address } = piece;
    piece.address += needed;
    piece.byteLength -= needed;
    if (piece.byteLength === 0) this.#free.splice(index, 1);
    this.#used.set(address, needed);
    this.#bytesInUse += needed;
    return address;
  }

  /** Takes back the piece at `address`. @throws InternalError if none in use starts there */
  free(address: number): void {
    const byteLength = this.#used.get(address);
    if (byteLength === undefined) throw new InternalError(`allocator: nothing in use starts at address ${address}.`);
    this.#used.delete(address);
    this.#bytesInUse -= byteLength;
    this.#addFree(address, byteLength);
  }

  /** Puts a piece among the free ones, merged with those it touches; its index afterwards. */
  #addFree(address: number, byteLength: number): number {
    const index = this.#firstFreeAfter(address);
    const before = this.#free[index - 1];
    const after = this.#free[index];
    const touchesAfter = after !== undefined && address + byteLength === after.address;
    const total = byteLength + (touchesAfter ? after.byteLength : 0);
    if (before !== undefined && before.address + before.byteLength === address) {
      before.byteLength += total;
      if (touchesAfter) this.#free.splice(index, 1);
      return index - 1;
    }
    this.#free.splice(index, touchesAfter ? 1 : 0, { address, byteLength: total });
    return index;
  }

  /** Index of the first free piece beyond `address`, by bisection. */
  #firstFreeAfter(address: number): number {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#free[middle]!.address > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Grows the memory so that its last free piece has `needed` bytes; the index of that piece. */
  #growFor(needed: number, asked: number): number {
    const last = this.#free.at(-1);
    const touching = last !== undefined && last.address + last.byteLength === this.#byteLength ? last.byteLength : 0;
    const least = this.#byteLength - touching + needed;
    if (least > this.#maximumByteLength)
      throw this.#tooMuch(asked, `it can have at most ${formatBytes(this.#maximumByteLength)}`);
    const comfortable = this.#byteLength + Math.max(smallestGrowth, this.#byteLength / 8);
    const rounded = Math.ceil(Math.max(least, comfortable) / smallestGrowth) * smallestGrowth;
    const grown = Math.min(rounded, this.#maximumByteLength);
    try {
      this.#grow(grown);
    } catch (error) {
      throw this.#tooMuch(asked, 'this machine gives it no more', error);
    }
    const before = this.#byteLength;
    this.#byteLength = grown;
    return this.#addFree(before, grown - before);
  }

  #tooMuch(asked: number, reason: string, cause?: unknown): MemoryError {
    return new MemoryError(
      `Out of memory: ${formatBytes(asked)} more were asked for, ${formatBytes(this.#bytesInUse)} of the backend's memory ` +
        `are in use, and ${reason}. Use a smaller batch or fewer samples at a time.`,
      { cause },
    );
  }
}

function formatBytes(byteLength: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  const unit = Math.min(Math.floor(Math.log2(Math.max(1, byteLength)) / 10), units.length - 1);
  return `${Number((byteLength / 1024 ** unit).toPrecision(3))} ${units[unit]}`;
}
