import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { version } from './version.js';

test('the version is that of the package', () => {
  const { version: ofPackage } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as Record<string, unknown>;
  expect(version).toBe(ofPackage);
});
