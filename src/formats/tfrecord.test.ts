import { expect, test } from 'vitest';
import { DataError } from '../base/errors.js';
import { frameRecord, readRecords } from './tfrecord.js';

const records = [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(300).fill(7)];
const file = (): Uint8Array => Uint8Array.from(records.flatMap((record) => [...frameRecord(record)]));

test('records come back as they were written', () => {
  expect([...readRecords(file(), 'log')]).toEqual(records);
});

test('a record that is cut off at the end is left out', () => {
  const whole = file();
  // Anywhere within the last record, its header too.
  for (const missing of [1, 4, 100, 304, 310, 315])
    expect([...readRecords(whole.subarray(0, whole.length - missing), 'log')]).toEqual(records.slice(0, 2));
});

test('a changed byte is found', () => {
  for (const position of [0, 9, 16, 20, 29, 31, 100]) {
    const damaged = file();
    damaged[position]! ^= 1;
    expect(() => [...readRecords(damaged, 'log')]).toThrow(DataError);
  }
  const damaged = file();
  damaged[29]! ^= 1;
  expect(() => [...readRecords(damaged, 'log')]).toThrow(
    /^log: the record at byte 28 is damaged: expected checksum \d+ of its data, received \d+\.$/,
  );
});
