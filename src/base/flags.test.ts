import { describe, expect, test } from 'vitest';
import { flags, readFlags, setFlags } from './flags.js';

const names = ['wasm', 'reference'];

describe('readFlags', () => {
  test('reads what is set', () => {
    const environment = { NACRE_BACKEND: 'reference', NACRE_THREADS: ' 3 ', NACRE_DEBUG: '2', NACRE_ISA: 'avx2' };
    expect(readFlags(environment, names)).toEqual({
      backend: 'reference',
      threads: 3,
      debug: 2,
      instructionSet: 'avx2',
    });
  });

  test('takes what is empty or missing for not set', () => {
    expect(readFlags({ NACRE_THREADS: '' }, names)).toEqual({ backend: undefined, threads: undefined, debug: 0 });
  });

  test('refuses a backend that does not exist, with the nearest', () => {
    expect(() => readFlags({ NACRE_BACKEND: 'wasn' }, names)).toThrow(/NACRE_BACKEND 'wasn'.*Did you mean 'wasm'/);
  });

  test('refuses instructions that it does not know, with the nearest', () => {
    expect(() => readFlags({ NACRE_ISA: 'avx-2' }, names)).toThrow(
      /NACRE_ISA 'avx-2'\. Did you mean 'avx2'\? Known: avx512, avx2, sse2, neon/,
    );
  });

  test.each(['0', '-1', '1.5', 'two', '1e1', '257'])('refuses %s threads', (threads) => {
    expect(() => readFlags({ NACRE_THREADS: threads }, names)).toThrow(
      `NACRE_THREADS: expected a whole number from 1 to 256, received '${threads}'.`,
    );
  });

  test('switches hints', () => {
    expect(readFlags({ NACRE_HINTS: '0' }, names).hints).toBe(false);
    expect(readFlags({ NACRE_HINTS: '1' }, names).hints).toBe(true);
    expect(readFlags({}, names).hints).toBeUndefined();
    expect(() => readFlags({ NACRE_HINTS: 'no' }, names)).toThrow(/NACRE_HINTS: .* 0 to 1, received 'no'/);
  });

  test('refuses a level above the last', () => {
    expect(() => readFlags({ NACRE_DEBUG: '5' }, names)).toThrow(/NACRE_DEBUG: .* 0 to 3, received '5'/);
  });
});

test('the flags in force are those that were set', () => {
  expect(flags().debug).toBe(0);
  setFlags({ backend: 'wasm', threads: 2, debug: 1 });
  expect(flags()).toEqual({ backend: 'wasm', threads: 2, debug: 1 });
});
