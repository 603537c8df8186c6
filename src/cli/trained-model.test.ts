import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSafetensors } from '../formats/safetensors.js';
import { writeSafetensors } from '../formats/write-safetensors.js';
import { errors, layers, sequential, setBackend } from '../node.js';
import { nodePlatform } from '../platform/node.js';
import { UsageError } from './options.js';
import { checkOutput, formOfTrained, readTrainedModel, writeTrainedModel, type TrainingNote } from './trained-model.js';

const { files } = nodePlatform;
const note: TrainingNote = {
  source: 'folder',
  height: 2,
  width: 3,
  channels: 1,
  classes: 2,
  classNames: ['cat', '狗 "\n'],
};

let folder: string;
let path: string;
beforeAll(async () => {
  await setBackend('reference');
  folder = await mkdtemp(join(tmpdir(), 'nacre-model-'));
  path = join(folder, 'm.safetensors');
});
afterAll(() => rm(folder, { recursive: true }));

const model = sequential([layers.dense({ units: 2, inputShape: [6] })]);

describe('a trained model', () => {
  test('comes back from its file with what it was trained on', async () => {
    await writeTrainedModel(files, path, { model, note });
    const read = await readTrainedModel(files, path);
    expect(read.note).toEqual(note);
    const weights = async (of: typeof model): Promise<unknown> =>
      Promise.all(of.getWeights().map((one) => one.array()));
    expect(await weights(read.model)).toEqual(await weights(model));
    expect(formOfTrained(read, path)).toMatchObject({ form: { height: 2, width: 3 }, classNames: note.classNames });
    expect(await readdir(folder)).toEqual(['m.safetensors']);
  });

  test('of model.save has numbers for classes', async () => {
    const square = sequential([layers.dense({ units: 2, inputShape: [9] })]);
    await square.save(path);
    const read = await readTrainedModel(files, path);
    expect(read.note).toBeUndefined();
    expect(formOfTrained(read, path).classNames).toEqual(['0', '1']);
  });

  test.each([
    'no JSON',
    'null',
    '[]',
    '{"source":"web"}',
    JSON.stringify({ ...note, classNames: [1] }),
    JSON.stringify({ ...note, height: -1 }),
  ])('is refused with a note of %s', async (text) => {
    const { tensors, metadata } = readSafetensors(await model.toBytes(), path);
    await writeFile(path, writeSafetensors({ tensors, metadata: new Map([...metadata, ['nacre_images', text]]) }));
    await expect(readTrainedModel(files, path)).rejects.toThrow(errors.DataError);
  });
});

test('the output is checked before there is one', async () => {
  await expect(checkOutput(join(folder, 'new.safetensors'))).resolves.toBeUndefined();
  await expect(checkOutput(join(folder, 'new.h6'))).rejects.toThrow(UsageError);
  await expect(checkOutput(join(folder, 'missing', 'new.safetensors'))).rejects.toThrow(
    'in a folder that can be written to',
  );
  await mkdir(join(folder, 'folder.safetensors'));
  await expect(checkOutput(join(folder, 'folder.safetensors'))).rejects.toThrow('received the folder');
});
