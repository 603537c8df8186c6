import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InternalError } from '../../../base/errors.js';
import { ByteWriter } from './byte-writer.js';

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.toBytes();
}

/** Reads LEB128 by its definition: seven bits a byte, the lowest first; bit 6 of the last byte is a signed one's sign. */
function decode(bytes: Uint8Array, signed: boolean): bigint {
  const value = bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n);
  return signed ? BigInt.asIntN(7 * bytes.length, value) : value;
}

/** The fewest bytes whose 7-bit groups can hold the value. */
function fewestBytes(value: bigint, signed: boolean): number {
  let count = 1;
  while ((signed ? BigInt.asIntN(7 * count, value) : BigInt.asUintN(7 * count, value)) !== value) count++;
  return count;
}

function expectRoundTrip(write: (writer: ByteWriter) => void, value: bigint, signed: boolean): void {
  const bytes = written(write);
  expect(decode(bytes, signed)).toBe(value);
  expect(bytes.length).toBe(fewestBytes(value, signed));
  bytes.forEach((byte, index) => expect(byte >= 0x80).toBe(index < bytes.length - 1));
}

/** Both sides of every value at which one more byte is needed, and the ends of the range. */
function edges(bits: number, signed: boolean): bigint[] {
  const values = [0n, 1n];
  for (let shift = 6; shift < bits; shift++) {
    const power = 1n << BigInt(shift);
    values.push(power - 1n, power, power + 1n, -power - 1n, -power, -power + 1n);
  }
  const wrapped = (value: bigint): bigint => (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value));
  return values.concat((1n << BigInt(bits)) - 1n, -1n).filter((value) => wrapped(value) === value);
}

describe('LEB128', () => {
  test('has the bytes of the worked examples', () => {
    expect([...written((writer) => writer.unsigned(624485))]).toEqual([0xe5, 0x8e, 0x26]);
    expect([...written((writer) => writer.signed(-123456))]).toEqual([0xc0, 0xbb, 0x78]);
    expect([...written((writer) => writer.signed(64))]).toEqual([0xc0, 0x00]);
    expect([...written((writer) => writer.signed(-64))]).toEqual([0x40]);
  });

  test('unsigned integers survive at every edge, in the fewest bytes', () => {
    for (const value of edges(32, false)) {
      expectRoundTrip((writer) => writer.unsigned(Number(value)), value, false);
    }
  });

  test('signed integers survive at every edge, in the fewest bytes', () => {
    for (const value of edges(32, true)) {
      expectRoundTrip((writer) => writer.signed(Number(value)), value, true);
    }
    for (const value of edges(64, true)) {
      expectRoundTrip((writer) => writer.signed64(value), value, true);
    }
  });

  test('any integer survives', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (s, u, l) => {
        expectRoundTrip((writer) => writer.signed(s), BigInt(s), true);
        expectRoundTrip((writer) => writer.unsigned(u), BigInt(u), false);
        expectRoundTrip((writer) => writer.signed64(l), l, true);
      }),
      { seed: 1 },
    );
  });

  test.each([-1, 2 ** 32, 0.5, NaN, Infinity])('%f is no unsigned integer', (value) => {
    expect(() => written((writer) => writer.unsigned(value))).toThrow(InternalError);
  });

  test.each([-(2 ** 31) - 1, 2 ** 31, 0.5, NaN, -Infinity])('%f is no signed integer', (value) => {
    expect(() => written((writer) => writer.signed(value))).toThrow(InternalError);
  });

  test.each([-(2n ** 63n) - 1n, 2n ** 63n])('%d does not fit 64 bits', (value) => {
    expect(() => written((writer) => writer.signed64(value))).toThrow(InternalError);
  });
});

describe('ByteWriter', () => {
  test('floats are little-endian, and every NaN has the same bytes', () => {
    expect([...written((writer) => writer.float32(1))]).toEqual([0, 0, 0x80, 0x3f]);
    expect([...written((writer) => writer.float32(-0))]).toEqual([0, 0, 0, 0x80]);
    expect([...written((writer) => writer.float64(-Infinity))]).toEqual([0, 0, 0, 0, 0, 0, 0xf0, 0xff]);
    const oddNaN = new Float64Array(new BigUint64Array([0xfff8_0000_dead_beefn]).buffer)[0]!;
    expect([...written((writer) => writer.float32(oddNaN))]).toEqual([0, 0, 0xc0, 0x7f]);
    expect([...written((writer) => writer.float64(oddNaN))]).toEqual([0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
  });

  test('a name is its length in UTF-8 bytes, then the bytes', () => {
    expect([...written((writer) => writer.name('aµ'))]).toEqual([3, 0x61, 0xc2, 0xb5]);
  });

  test('it grows past its first capacity without losing bytes', () => {
    const writer = new ByteWriter(16);
    for (let index = 0; index < 5000; index++) writer.byte(index & 0xff);
    writer.append(new Uint8Array(70000).fill(7));
    const bytes = writer.toBytes();
    expect(writer.byteLength).toBe(75000);
    expect(bytes.buffer.byteLength).toBe(75000);
    expect(bytes.subarray(0, 5000).every((byte, index) => byte === (index & 0xff))).toBe(true);
    expect(bytes.subarray(5000).every((byte) => byte === 7)).toBe(true);
  });

  test('another writer is taken over whole, alone or after its length', () => {
    const inner = new ByteWriter();
    inner.append([1, 2, 3]);
    const outer = new ByteWriter();
    outer.concat(inner);
    outer.sized(inner);
    expect([...outer.toBytes()]).toEqual([1, 2, 3, 3, 1, 2, 3]);
  });
});
