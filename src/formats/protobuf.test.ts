import { expect, test } from 'vitest';
import { InternalError } from '../base/errors.js';
import { messageCodec } from './protobuf.js';

const codec = messageCodec('shapes', {
  Shape: { corner_count: [1, 'int32'], names: [2, 'string', 'repeated'], origin: [3, 'Point'], id: [4, 'int64'] },
  Point: { x: [1, 'double'], marks: [2, 'bytes'], hidden: [5, 'bool'] },
});

test('messages are written as the wire format says', async () => {
  const { encode } = await codec;
  // 150 as a varint is the example of the format's own documentation.
  expect([...encode('Shape', { cornerCount: 150 })]).toEqual([0x08, 0x96, 0x01]);
  expect([...encode('Shape', { names: ['a', ''], origin: {} })]).toEqual([0x12, 1, 0x61, 0x12, 0, 0x1a, 0]);
  expect([...encode('Shape', { cornerCount: 0, id: 0n })]).toEqual([]);
  expect([...encode('Point', { x: 1, marks: Uint8Array.of(9), hidden: true })]).toEqual([
    ...[0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
    ...[0x12, 1, 9],
    ...[0x28, 1],
  ]);
});

test('what was written comes back', async () => {
  const { encode, decode } = await codec;
  const shape = {
    cornerCount: -3,
    names: ['a', 'ü'],
    origin: { x: 0.1, marks: Uint8Array.of(1, 2) },
    id: -(2n ** 40n),
  };
  expect(decode('Shape', encode('Shape', shape))).toMatchObject(shape);
});

test('a message without a definition, and bytes that are none, are errors', async () => {
  const { encode, decode } = await codec;
  expect(() => encode('Circle', {})).toThrow(InternalError);
  expect(() => decode('Shape', Uint8Array.of(0x12, 200))).toThrow(Error);
});
