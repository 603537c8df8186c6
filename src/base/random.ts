// Counter-based random numbers: Threefry-2x32, 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011). The same key and counter give the same bits on every backend and thread.

const parity = 0x1bd11bda;

/**
 * Writes the two 32-bit words of Threefry-2x32 for key (k0, k1) and counter (c0, c1) to `out`. Five times four rounds,
 * after each of which two of the three words of the key are added; written out, as an epoch's order takes one a sample.
 */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number, out: Int32Array | number[]): void {
  const k2 = k0 ^ k1 ^ parity;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;

  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k1) | 0;
  x1 = (x1 + k2 + 1) | 0;

  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + k2) | 0;
  x1 = (x1 + k0 + 2) | 0;

  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + k0) | 0;
  x1 = (x1 + k1 + 3) | 0;

  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + k1) | 0;
  x1 = (x1 + k2 + 4) | 0;

  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  out[0] = (x0 + k2) | 0;
  out[1] = (x1 + k0 + 5) | 0;
}

/** The uniform in [0, 1) that 32 random bits stand for: the upper 24 of them, exact in float32. */
export function uniformOfBits(bits: number): number {
  return (bits >>> 8) * 2 ** -24;
}

/** A stream of random numbers for one seed and one purpose (`stream`: a layer's number, for example). */
export class RandomStream {
  #counter = 0;
  readonly #words = [0, 0];
  #spare: number | undefined;
  readonly seed: number;
  readonly stream: number;

  constructor(seed: number, stream = 0) {
    this.seed = seed;
    this.stream = stream;
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    threefry2x32(this.seed, this.stream, this.#counter++, 0, this.#words);
    return this.#words[0]!;
  }

  /** Uniform in [0, 1), a multiple of 2^-24. */
  uniform(): number {
    return uniformOfBits(this.bits());
  }

  /** A whole number in [0, bound), without bias (Lemire's rejection on 32 bits). */
  below(bound: number): number {
    for (;;) {
      const value = this.bits() >>> 0;
      // Few are so large that it has to be looked at more closely.
      if (value <= 2 ** 32 - bound || value < 2 ** 32 - (2 ** 32 % bound)) return value % bound;
    }
  }

  /** Standard normal (Box and Muller, 1958). */
  normal(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Standard normal, drawn again while farther than two standard deviations from 0, as Keras does. */
  truncatedNormal(): number {
    for (;;) {
      const value = this.normal();
      if (Math.abs(value) <= 2) return value;
    }
  }

  /** The numbers 0 to length - 1 in random order (Fisher and Yates). */
  permutation(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const value = order[last]!;
      order[last] = order[other]!;
      order[other] = value;
    }
    return order;
  }
}
