import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../base/random.js';
import { sha256, sha256InTypeScript } from './sha256.js';

describe('sha256', () => {
  test('gives the examples of the standard', async () => {
    const abc = new TextEncoder().encode('abc');
    const sum = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(await sha256(abc)).toBe(sum);
    expect(sha256InTypeScript(abc)).toBe(sum);
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(await sha256(new Uint8Array(0))).toBe(empty);
    expect(sha256InTypeScript(new Uint8Array(0))).toBe(empty);
  });

  test('without the Web Crypto API agrees with another implementation at every length around a block', () => {
    const random = new RandomStream(1);
    const bytes = Uint8Array.from({ length: 300 }, () => random.below(256));
    for (let length = 0; length <= 200; length++) {
      const part = bytes.subarray(7, 7 + length);
      expect(sha256InTypeScript(part)).toBe(createHash('sha256').update(part).digest('hex'));
    }
  });

  test('works on pages without the Web Crypto API', async () => {
    Object.defineProperty(globalThis.crypto, 'subtle', { value: undefined, configurable: true });
    try {
      const bytes = Uint8Array.of(1, 2, 3);
      expect(await sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    } finally {
      Reflect.deleteProperty(globalThis.crypto, 'subtle');
    }
  });
});
