// A growing buffer of bytes with the encodings that WebAssembly uses: LEB128 integers, little-endian floats, names.
import { InternalError } from '../../../base/errors.js';

const canonicalNaN32 = 0x7fc00000;
const canonicalNaN64 = 0x7ff80000_00000000n;
const textEncoder = new TextEncoder();

/** Appends bytes; grows by doubling, so that writing n bytes costs O(n). */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(Math.max(capacity, 16));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Number of bytes written. */
  get byteLength(): number {
    return this.#length;
  }

  /** Appends one byte, 0 to 255. */
  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Appends bytes as they are. */
  append(bytes: ArrayLike<number>): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /**
   * Appends an unsigned integer of up to 32 bits as LEB128, in the fewest bytes.
   * @throws InternalError if `value` is not an integer from 0 to 2^32 - 1.
   */
  unsigned(value: number): void {
    // Nearly all indices, offsets and opcodes are below 128, and code is written before the engine has optimised this.
    if ((value & 0x7f) === value) {
      this.byte(value);
      return;
    }
    if (value >>> 0 !== value) {
      throw new InternalError(`WebAssembly encoder: expected an integer from 0 to 2^32 - 1, received ${value}.`);
    }
    this.#reserve(5);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /**
   * Appends a signed integer of 32 bits as LEB128, in the fewest bytes.
   * @throws InternalError if `value` is not an integer from -2^31 to 2^31 - 1.
   */
  signed(value: number): void {
    if ((value | 0) !== value) {
      throw new InternalError(`WebAssembly encoder: expected an integer from -2^31 to 2^31 - 1, received ${value}.`);
    }
    this.#reserve(5);
    let rest = value;
    // The last byte's bit 6 is the sign, so a value needs no more bytes once it lies in -64..63.
    while (rest < -0x40 || rest > 0x3f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>= 7;
    }
    this.#bytes[this.#length++] = rest & 0x7f;
  }

  /**
   * Appends a signed integer of 64 bits as LEB128, in the fewest bytes.
   * @throws InternalError if `value` is outside -2^63 to 2^63 - 1.
   */
  signed64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) {
      throw new InternalError(`WebAssembly encoder: expected an integer from -2^63 to 2^63 - 1, received ${value}.`);
    }
    this.#reserve(10);
    let rest = value;
    while (rest < -0x40n || rest > 0x3fn) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest & 0x7fn);
  }

  /** Appends 32 bits, little-endian. */
  bits32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** Appends a float32, rounded to nearest; every NaN is written as the canonical one, so that bytes are repeatable. */
  float32(value: number): void {
    this.#reserve(4);
    if (Number.isNaN(value)) this.#view.setUint32(this.#length, canonicalNaN32, true);
    else this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  /** Appends a float64; every NaN is written as the canonical one, so that bytes are repeatable. */
  float64(value: number): void {
    this.#reserve(8);
    if (Number.isNaN(value)) this.#view.setBigUint64(this.#length, canonicalNaN64, true);
    else this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Appends a string: its length in bytes, then its UTF-8. */
  name(text: string): void {
    const bytes = textEncoder.encode(text);
    this.unsigned(bytes.length);
    this.append(bytes);
  }

  /** Appends what another writer holds, preceded by its length. */
  sized(content: ByteWriter): void {
    this.unsigned(content.byteLength);
    this.append(content.#bytes.subarray(0, content.#length));
  }

  /** Appends what another writer holds. */
  concat(content: ByteWriter): void {
    this.append(content.#bytes.subarray(0, content.#length));
  }

  /** The bytes written so far, in a buffer of exactly their length. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
