// Floating-point numbers of 16 bits, which files have and Nacre computes in float32.

const bits = new DataView(new ArrayBuffer(4));

/** The number whose upper half, as float32, are these 16 bits. */
export function bfloat16(value: number): number {
  bits.setUint32(0, value << 16);
  return bits.getFloat32(0);
}

/** The number that these 16 bits are in IEEE 754's half precision. */
export function half(value: number): number {
  const sign = value & 0x8000 ? -1 : 1;
  const exponent = (value >> 10) & 31;
  const fraction = value & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
