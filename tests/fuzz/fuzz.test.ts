// Some of the damaged files that `npm run fuzz` reads.
import { describe, expect, test } from 'vitest';
import { fuzz } from './fuzz.js';
import { fuzzedFormats } from './formats.js';

describe.each(fuzzedFormats)('damaged files: $name', (format) => {
  test('load, or are refused with a clear error', { timeout: 300_000 }, async () => {
    const { loaded, refused, failures } = await fuzz(format, 300, 1);
    expect(failures).toEqual([]);
    expect(loaded + refused).toBe(300);
    // Damage that is always seen at once would try nothing deep.
    expect(refused).toBeGreaterThan(40);
  });
});
