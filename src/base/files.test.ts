import { describe, expect, test } from 'vitest';
import { memoryFiles } from './files.js';

describe('memoryFiles', () => {
  test('gives back what was written, not the array that was passed', async () => {
    const files = memoryFiles();
    const bytes = Uint8Array.of(1, 2, 3);
    await files.write('a', bytes);
    bytes[0] = 9;
    const read = await files.read('a');
    expect(read).toEqual(Uint8Array.of(1, 2, 3));
    read![1] = 9;
    expect(await files.read('a')).toEqual(Uint8Array.of(1, 2, 3));
    expect(await files.size('a')).toBe(3);
  });

  test('a missing file reads as undefined and is removed without an error', async () => {
    const files = memoryFiles();
    expect(await files.read('none')).toBeUndefined();
    expect(await files.size('none')).toBeUndefined();
    expect(await files.exists('none')).toBe(false);
    await expect(files.remove('none')).resolves.toBeUndefined();
  });

  test('writeAt changes bytes in place and lengthens the file', async () => {
    const files = memoryFiles();
    await files.writeAt('a', 0, Uint8Array.of(1, 2, 3));
    await files.writeAt('a', 2, Uint8Array.of(7, 8));
    expect(await files.read('a')).toEqual(Uint8Array.of(1, 2, 7, 8));
    await files.writeAt('a', 0, Uint8Array.of(5));
    expect(await files.read('a')).toEqual(Uint8Array.of(5, 2, 7, 8));
  });

  test('a folder exists once made, a file until removed', async () => {
    const files = memoryFiles();
    await files.makeDirectory('folder');
    expect(await files.exists('folder')).toBe(true);
    await files.write('folder/a', Uint8Array.of(1));
    await files.remove('folder/a');
    expect(await files.exists('folder/a')).toBe(false);
  });

  test('lists what a folder holds, by name', async () => {
    const files = memoryFiles();
    await files.write('folder/b', Uint8Array.of(1));
    await files.write('folder/a/deep', Uint8Array.of(1));
    await files.write('folders', Uint8Array.of(1));
    await files.makeDirectory('folder/c');
    await files.makeDirectory('empty');
    const entries = [
      { name: 'a', kind: 'folder', isLink: false },
      { name: 'b', kind: 'file', isLink: false },
      { name: 'c', kind: 'folder', isLink: false },
    ];
    expect(await files.list('folder')).toEqual(entries);
    expect(await files.list('folder/')).toEqual(entries);
    expect(await files.list('empty')).toEqual([]);
    expect(await files.list('none')).toBeUndefined();
    expect(await files.list('folders')).toBeUndefined();
  });
});
