// Where Chromium is looked for.
import { describe, expect, test } from 'vitest';
import { findChromium, launchOptions } from './chromium.mjs';

describe('findChromium', () => {
  test('takes the file that NACRE_CHROMIUM names', () => {
    expect(findChromium({ NACRE_CHROMIUM: process.execPath })).toBe(process.execPath);
  });

  test('finds nothing when told to do without', () => {
    expect(findChromium({ NACRE_CHROMIUM: 'none' })).toBeUndefined();
  });

  test('refuses a name that leads nowhere, naming it', () => {
    expect(() => findChromium({ NACRE_CHROMIUM: '/no/such/chromium' })).toThrow(
      'received "/no/such/chromium", which does not exist',
    );
  });

  test('an empty name is no name', () => {
    expect(findChromium({ NACRE_CHROMIUM: '' })).toBe(findChromium({}));
  });
});

test('launchOptions starts the given file without a window', () => {
  expect(launchOptions('/some/chromium')).toMatchObject({ executablePath: '/some/chromium', headless: true });
});
