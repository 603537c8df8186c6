// NumPy's old generator, `numpy.random.RandomState`: MT19937 (Matsumoto and Nishimura, 1998), and its way to shuffle.
// Keras puts data sets into an order that follows from it.
import { ValueError } from '../base/errors.js';

const stateLength = 624;
const middle = 397;

export class MersenneTwister {
  readonly #state = new Int32Array(stateLength);
  #used = stateLength;

  /** @throws ValueError unless `seed` is a whole number from 0 to 2^32 - 1, as NumPy asks for */
  constructor(seed: number) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
      throw new ValueError(`Expected a seed that is a whole number from 0 to 2^32 - 1, received ${seed}.`);
    this.#state[0] = seed;
    for (let index = 1; index < stateLength; index++) {
      const before = this.#state[index - 1]!;
      this.#state[index] = Math.imul(1812433253, before ^ (before >>> 30)) + index;
    }
  }

  /** 32 random bits as a whole number of at least 0. */
  bits(): number {
    if (this.#used === stateLength) this.#renew();
    let value = this.#state[this.#used++]!;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    value ^= value >>> 18;
    return value >>> 0;
  }

  #renew(): void {
    const state = this.#state;
    for (let index = 0; index < stateLength; index++) {
      const next = state[(index + 1) % stateLength]!;
      const word = (state[index]! & 0x80000000) | (next & 0x7fffffff);
      state[index] = state[(index + middle) % stateLength]! ^ (word >>> 1) ^ (next & 1 ? 0x9908b0df : 0);
    }
    this.#used = 0;
  }

  /** The numbers 0 to length - 1 in the order to which `RandomState.shuffle` brings `arange(length)`. */
  shuffled(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      // As many bits as `last` has, drawn again until they are no larger.
      const mask = 2 ** (32 - Math.clz32(last)) - 1;
      let other: number;
      do other = (this.bits() & mask) >>> 0;
      while (other > last);
      const value = order[last]!;
      order[last] = order[other]!;
      order[other] = value;
    }
    return order;
  }
}
