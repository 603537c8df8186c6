import { encode } from 'fast-png';
import { beforeEach, describe, expect, test } from 'vitest';
import { DataError, StoppedError, ValueError } from '../base/errors.js';
import { memoryFiles, type Files } from '../base/files.js';
import { loadImageFolder } from './image-folder.js';

/** A PNG of one colour. */
function png(colour: readonly number[], width = 3, height = 2): Uint8Array {
  const data = Uint8Array.from(
    { length: width * height * colour.length },
    (_, index) => colour[index % colour.length]!,
  );
  return encode({ width, height, channels: colour.length, depth: 8, data });
}

let files: Files;
beforeEach(async () => {
  files = memoryFiles();
  await files.write('pets/cat/b.png', png([10, 20, 30]));
  await files.write('pets/cat/a.png', png([40], 7, 9));
  await files.write('pets/dog/c.PNG', png([1, 2, 3, 4]));
  await files.write('pets/dog/young/d.png', png([50, 60, 70]));
});

const failure = (directory = 'pets', options = {}): Promise<unknown> =>
  loadImageFolder(files, directory, options).catch((error: unknown) => error);

describe('loadImageFolder', () => {
  const inOrder = { shuffle: false, imageSize: [2, 2] } as const;

  test('gives all images one size and a label', async () => {
    const { images, labels, classNames, paths } = await loadImageFolder(files, 'pets/', inOrder);
    expect(classNames).toEqual(['cat', 'dog']);
    expect(paths).toEqual(['pets/cat/a.png', 'pets/cat/b.png', 'pets/dog/c.PNG', 'pets/dog/young/d.png']);
    expect(labels).toEqual({ dtype: 'int32', shape: [4], data: Int32Array.of(0, 0, 1, 1) });
    expect(images.shape).toEqual([4, 2, 2, 3]);
    const colours = [
      [40, 40, 40],
      [10, 20, 30],
      [1, 2, 3],
      [50, 60, 70],
    ];
    colours.forEach((colour, image) => {
      const pixels = Array.from(images.data.subarray(image * 12, image * 12 + 12));
      expect(pixels).toEqual([...colour, ...colour, ...colour, ...colour]);
    });
  });

  test("has Keras's defaults", async () => {
    expect((await loadImageFolder(files, 'pets')).images.shape).toEqual([4, 256, 256, 3]);
  });

  test('reads greys, and the classes that are asked for in their order', async () => {
    const { images, labels } = await loadImageFolder(files, 'pets', {
      ...inOrder,
      colorMode: 'grayscale',
      classNames: ['dog', 'cat'],
    });
    expect(images.shape).toEqual([4, 2, 2, 1]);
    expect(Array.from(images.data.filter((_, index) => index % 4 === 0))).toEqual([2, 58, 40, 18]);
    expect(Array.from(labels.data)).toEqual([0, 0, 1, 1]);
  });

  test('shuffles images, labels and paths alike, each seed in its way', async () => {
    for (let image = 0; image < 20; image++) await files.write(`pets/cat/${image}.png`, png([image]));
    const load = (seed?: number) => loadImageFolder(files, 'pets', { imageSize: [1, 1], seed });
    const first = await load();
    expect(await load()).toEqual(first);
    expect((await load(1)).paths).not.toEqual(first.paths);
    expect([...first.paths].sort()).not.toEqual(first.paths);
    first.paths.forEach((path, index) => {
      expect(first.labels.data[index]).toBe(path.startsWith('pets/cat') ? 0 : 1);
      const number = /cat\/(\d+)\.png/.exec(path)?.[1];
      if (number !== undefined) expect(first.images.data[index * 3]).toBe(Number(number));
    });
  });

  test('passes over what is hidden, and files of other kinds', async () => {
    await files.write('pets/.cache/x.png', png([1]));
    await files.write('pets/__MACOSX/x.png', png([1]));
    await files.write('pets/cat/._a.png', Uint8Array.of(1));
    await files.write('pets/cat/notes.txt', Uint8Array.of(1));
    await files.write('pets/readme.md', Uint8Array.of(1));
    expect((await loadImageFolder(files, 'pets', inOrder)).paths).toHaveLength(4);
  });

  test('tells how far it is, and stops when asked', async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    const onProgress = ({ done, total }: { done: number; total: number }): void => {
      seen.push(`${done}/${total}`);
      if (done === 3) stop.abort();
    };
    const error = await failure('pets', { ...inOrder, onProgress, signal: stop.signal });
    expect(error).toEqual(new StoppedError('fromFolder was stopped after 3 of 4 images.'));
    expect(seen).toEqual(['1/4', '2/4', '3/4']);
  });

  test('says what the folder lacks', async () => {
    const expected = 'expected a subfolder for each of at least two classes';
    const remedy = 'Put the images of each class into a folder of its name.';
    expect(await failure('none')).toEqual(
      new DataError('none: expected a folder with a subfolder for each class, found nothing of that name.'),
    );
    expect(await failure('pets/cat/a.png')).toEqual(
      new DataError('pets/cat/a.png: expected a folder with a subfolder for each class, found a file.'),
    );
    expect(await failure('pets/cat')).toEqual(
      new DataError(`pets/cat: ${expected}, found 2 images and no subfolder. ${remedy}`),
    );
    expect(await failure('pets/dog')).toEqual(new DataError(`pets/dog: ${expected}, found only 'young'. ${remedy}`));
    await files.makeDirectory('empty');
    expect(await failure('empty')).toEqual(new DataError(`empty: ${expected}, found no subfolder. ${remedy}`));
    await files.makeDirectory('pets/bird');
    expect(await failure()).toEqual(
      new DataError(
        "pets/bird: expected PNG or JPEG images of class 'bird', found none. Remove the folder, or put images into it.",
      ),
    );
    await files.write('pets/bird/a.gif', Uint8Array.of(1));
    await files.write('pets/bird/b.GIF', Uint8Array.of(1));
    expect(await failure()).toEqual(
      new DataError(
        "pets/bird: expected PNG or JPEG images of class 'bird', found only 2 .gif files. Convert them to PNG or JPEG.",
      ),
    );
  });

  test('takes the parts of a data set for no classes', async () => {
    await files.write('set/train/cat/a.png', png([1]));
    await files.write('set/test/cat/a.png', png([1]));
    expect(await failure('set')).toEqual(
      new DataError(
        "set: expected a subfolder for each class, found 'test' and 'train', which look like parts of a data set. Name one of them: set/test.",
      ),
    );
    expect((await loadImageFolder(files, 'set', { ...inOrder, classNames: ['test', 'train'] })).paths).toHaveLength(2);
  });

  test('names the image that is damaged', async () => {
    await files.write('pets/dog/c.PNG', png([1, 2, 3]).subarray(0, 50));
    expect(String(await failure())).toMatch(/^DataError: pets\/dog\/c\.PNG: the PNG is damaged or incomplete/);
  });

  test('knows its options', async () => {
    expect(await failure('pets', { imagesize: [2, 2] })).toBeInstanceOf(ValueError);
    expect(String(await failure('pets', { imageSize: [2] }))).toContain(
      'fromFolder: imageSize: expected [height, width]',
    );
    expect(String(await failure('pets', { colorMode: 'gray' }))).toContain('Known: grayscale, rgb, rgba');
    expect(String(await failure('pets', { classNames: ['cat', 'dgo'] }))).toContain("Did you mean 'dog'?");
  });
});
