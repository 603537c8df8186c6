import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { md5 } from './md5.js';

describe('md5', () => {
  test('has the values of RFC 1321', () => {
    const of = (text: string): string => md5(new TextEncoder().encode(text));
    expect(of('')).toBe('d41d8cd98f00b204e9800998ecf8427e');
    expect(of('abc')).toBe('900150983cd24fb0d6963f7d28e17f72');
    expect(of('message digest')).toBe('f96b697d7cb7938d525a2f31aaf161d0');
  });

  test("agrees with Node's for every length around a block", () => {
    const bytes = Uint8Array.from({ length: 200 }, (_, index) => index * index * 7);
    for (let length = 0; length <= 140; length++) {
      const part = bytes.subarray(5, 5 + length);
      expect(md5(part)).toBe(createHash('md5').update(part).digest('hex'));
    }
  });
});
