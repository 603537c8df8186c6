import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownCodeVersion, versionOfFiles } from './own-code.js';

test('the version changes with the files that print and run code, and with no others', async () => {
  const root = await mkdtemp(join(tmpdir(), 'nacre-own-code-'));
  try {
    for (const folder of ['backends/native/printer', 'compiler/lower', 'ir', 'runtime', 'nn'])
      await mkdir(join(root, folder), { recursive: true });
    const written = async (name: string, text: string): Promise<string> => {
      await writeFile(join(root, name), text);
      return versionOfFiles(root);
    };
    const first = await written('compiler/lower/contract.js', 'one');
    expect(first).toContain('contract.js');
    expect(await versionOfFiles(root)).toBe(first);
    expect(await written('nn/model.js', 'one')).toBe(first);
    expect(await written('compiler/lower/contract.test.ts', 'one')).toBe(first);
    const second = await written('compiler/lower/contract.js', 'longer');
    expect(second).not.toBe(first);
    await utimes(join(root, 'compiler/lower/contract.js'), 1, 1);
    expect(await versionOfFiles(root)).not.toBe(second);
  } finally {
    await rm(root, { recursive: true });
  }
});

test('the version of this code names its files, and one file counts where there are no folders', async () => {
  expect(await ownCodeVersion()).toContain('print-program');
  expect(await versionOfFiles(join(tmpdir(), 'there is no such folder'))).toContain('own-code');
});
