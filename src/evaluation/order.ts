// Sorts scores without moving them: the order of their positions, by a radix sort over their bits.

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/**
 * The positions of the values from the largest to the smallest; equal ones stay in their order. Takes a time
 * proportional to their number, and calls nothing for each pair of values as a sort by comparison does.
 */
export function descendingOrder(values: ArrayLike<number>): Uint32Array {
  const count = values.length;
  const keys = Float64Array.from(values);
  const words = new Uint32Array(keys.buffer);
  const high = isLittleEndian ? 1 : 0;
  for (let i = 0; i < 2 * count; i += 2) {
    // Bits of floats are ordered as their values once the sign is turned; for descending order the positive ones are
    // inverted instead of the negative ones. -0 counts as 0.
    const isZero = words[i + high]! << 1 === 0 && words[i + 1 - high] === 0;
    const isNegative = words[i + high]! >>> 31 === 1 && !isZero;
    if (isNegative) continue;
    words[i + high] = isZero ? 0x7fffffff : ~words[i + high]! & 0x7fffffff;
    words[i + 1 - high] = ~words[i + 1 - high]!;
  }
  return orderOfKeys(new Uint8Array(keys.buffer), count);
}

/** The order of unsigned keys of 8 bytes, byte by byte from the least significant. */
function orderOfKeys(bytes: Uint8Array, count: number): Uint32Array {
  let order = Uint32Array.from({ length: count }, (_, i) => i);
  let next = new Uint32Array(count);
  const starts = new Uint32Array(256);
  for (let digit = 0; digit < 8; digit++) {
    const offset = isLittleEndian ? digit : 7 - digit;
    starts.fill(0);
    for (let i = offset; i < bytes.length; i += 8) starts[bytes[i]!]!++;
    if (starts.includes(count)) continue; // all alike in this byte, as in most of those of float32 values
    let start = 0;
    for (let value = 0; value < 256; value++) {
      const size = starts[value]!;
      starts[value] = start;
      start += size;
    }
    for (let i = 0; i < count; i++) {
      const position = order[i]!;
      next[starts[bytes[8 * position + offset]!]!++] = position;
    }
    [order, next] = [next, order];
  }
  return order;
}
