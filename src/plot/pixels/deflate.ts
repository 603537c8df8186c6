// A small compressor (RFC 1950, 1951): runs of equal pixels and the fixed code. The platform's own compresses better, but
// to other bytes from machine to machine, and a picture's file should be the same everywhere.

const longestRun = 258;
const shortestRun = 3;

// RFC 1951, 3.2.5: the first length that each length code stands for, from code 257 on.
const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const lengthExtraBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

/** `bytes` as a zlib stream that repeats what lies `distance` bytes (1 to 4, the size of a pixel) before. */
export function zlibOfRuns(bytes: Uint8Array, distance: number): Uint8Array<ArrayBuffer> {
  const output = new BitWriter(bytes.length + 64);
  output.bits(0x78, 8);
  output.bits(0x01, 8);
  output.bits(1, 1); // the last block
  output.bits(1, 2); // with the fixed code
  for (let i = 0; i < bytes.length;) {
    let run = 0;
    while (i >= distance && run < longestRun && i + run < bytes.length && bytes[i + run] === bytes[i + run - distance])
      run++;
    if (run < shortestRun) {
      fixedCode(output, bytes[i]!);
      i++;
      continue;
    }
    let code = lengthBases.length - 1;
    while (lengthBases[code]! > run) code--;
    fixedCode(output, 257 + code);
    output.bits(run - lengthBases[code]!, lengthExtraBits[code]!);
    // Distances 1 to 4 are the codes 0 to 3, five bits without more.
    output.code(distance - 1, 5);
    i += run;
  }
  fixedCode(output, 256);
  output.flush();
  const sum = adler32(bytes);
  for (let shift = 24; shift >= 0; shift -= 8) output.bits((sum >>> shift) & 0xff, 8);
  return output.bytes();
}

function fixedCode(output: BitWriter, symbol: number): void {
  if (symbol < 144) output.code(0x30 + symbol, 8);
  else if (symbol < 256) output.code(0x190 + symbol - 144, 9);
  else if (symbol < 280) output.code(symbol - 256, 7);
  else output.code(0xc0 + symbol - 280, 8);
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let i = 0; i < bytes.length; i++) {
    a = (a + bytes[i]!) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** Bits in a byte from the least on, as deflate has them. */
class BitWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  #pending = 0;
  #count = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  bits(value: number, count: number): void {
    for (let bit = 0; bit < count; bit++) {
      this.#pending |= ((value >>> bit) & 1) << this.#count;
      if (++this.#count === 8) this.flush();
    }
  }

  /** A Huffman code: the greatest bit first. */
  code(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) this.bits((value >>> bit) & 1, 1);
  }

  /** Fills the byte that was begun with zeros. */
  flush(): void {
    if (this.#count === 0) return;
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = this.#pending;
    this.#pending = 0;
    this.#count = 0;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}
