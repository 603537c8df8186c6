// Runs the built command on MNIST, on folders of images and on single images, as a user does.
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand, type Ended, type Surroundings } from '../../tests/support/command.js';
import { drawDigit } from '../../tests/support/drawn-digits.js';
import { buildPrograms } from '../../tests/support/programs.js';
import { layers, sequential } from '../api.js';
import '../node.js';

let folder: string;
const environment = { NACRE_BACKEND: 'wasm', NACRE_THREADS: '2' };
const nacre = (line: string, surroundings: Surroundings = {}): Promise<Ended> =>
  runCommand(line.split(' '), environment, { cwd: folder, ...surroundings });

/** What the command prints as JSON. */
async function json(line: string, code = 0): Promise<Record<string, unknown>> {
  const ended = await nacre(`${line} --json`);
  expect(ended.code, ended.complaints).toBe(code);
  return JSON.parse(ended.output) as Record<string, unknown>;
}

/** That the command fails with these words and nothing else: no stack, nothing on standard output. */
async function fails(line: string, words: RegExp, code = 1): Promise<void> {
  const ended = await nacre(line);
  expect(ended).toMatchObject({ code, output: '' });
  expect(ended.complaints).toMatch(words);
  expect(ended.complaints).not.toMatch(/^ +at /m);
}

/** A PNG of noise about a colour. */
function photo(colour: readonly [number, number, number], index: number, size = 20): Uint8Array {
  const data = Uint8Array.from(
    { length: size * size * 3 },
    (_, item) => colour[item % 3]! + ((item * 37 + index * 11) % 40),
  );
  return encode({ width: size, height: size, channels: 3, depth: 8, data });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-images-'));
  for (const [name, colour] of [
    ['blue', [10, 20, 200]],
    ['red', [200, 20, 10]],
  ] as const) {
    await mkdir(join(folder, 'colours', name), { recursive: true });
    for (let index = 0; index < 20; index++)
      await writeFile(join(folder, 'colours', name, `${index}.png`), photo(colour, index, 12 + index));
  }
  await mkdir(join(folder, 'one', 'red'), { recursive: true });
  await writeFile(join(folder, 'one', 'red', 'a.png'), photo([1, 2, 3], 0));
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'damaged.png'), photo([1, 2, 3], 0).subarray(0, 100));
  for (const digit of [0, 1, 7]) {
    const { shape, data } = drawDigit(digit, { height: 150, width: 120, paper: 230, pen: 30, noise: 3 });
    const [height, width] = shape as [number, number];
    const png = encode({ width, height, channels: 1, depth: 8, data: Uint8Array.from(data) });
    await writeFile(join(folder, `digit ${digit}.png`), png);
    const rgba = Uint8Array.from({ length: width * height * 4 }, (_, item) =>
      item % 4 === 3 ? 255 : data[item >> 2]!,
    );
    await writeFile(join(folder, `${digit}.jpg`), jpeg.encode({ width, height, data: rgba }, 90).data);
  }
  await buildPrograms();
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

describe('a network on MNIST', () => {
  test('is trained, tested and saved', async () => {
    const { code, output, complaints } = await nacre(
      'train --samples 4000 --epochs 2 --seed 3 --verbose 2 --output digits.safetensors',
    );
    expect(complaints).toBe('');
    expect(code).toBe(0);
    expect(output).toMatch(/Total params: 101,770 /);
    expect(output).toContain(
      'first: 4000 images of 10 classes to train on, 4000 to test with; backend wasm, 2 threads, seed 3.',
    );
    expect(output).toMatch(/test loss: \d\.\d{4}\ntest accuracy: 0\.\d{4}\nsaved: digits\.safetensors\n$/);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('gives the same again from its file, and as JSON', async () => {
    const trained = await json('train --samples 4000 --epochs 2 --seed 3 --output again.safetensors');
    expect(trained).toMatchObject({
      model: 'first',
      data: 'mnist',
      images: { training: 4000, test: 4000 },
      backend: 'wasm',
      threads: 2,
      seed: 3,
      output: 'again.safetensors',
    });
    expect((trained.history as Record<string, unknown[]>).loss).toHaveLength(2);
    const { test: tested } = await json('evaluate --model digits.safetensors --samples 4000');
    expect(tested).toEqual(trained.test);
    expect((tested as { accuracy: number }).accuracy).toBeGreaterThan(0.8);
  });

  test('is told of on a page', async () => {
    const told = await json('report --model digits.safetensors --samples 300 --output told');
    expect(told).toMatchObject({ model: 'digits.safetensors', data: 'mnist', images: 300, report: 'told/report.html' });
    const { test: tested } = await json('evaluate --model digits.safetensors --samples 300');
    expect(told.test).toEqual(tested);
    expect((await readdir(join(folder, 'told'))).sort()).toEqual(
      (told.files as string[]).map((path) => path.replace('told/', '')).sort(),
    );
    const page = await readFile(join(folder, 'told', 'report.html'), 'utf8');
    expect(page).toContain('<h1>Report on digits.safetensors</h1>');
    expect(page).toContain('<img src="data:image/png;base64,');
    await fails('report --model digits.safetensors', /^nacre report: expected --output DIR\./, 2);
    const words = /^--output: expected the name of a folder, received the file 'damaged\.png'\./;
    await fails('report --model digits.safetensors --output damaged.png', words, 2);
  });

  test('goes on from its file', async () => {
    const before = await json('evaluate --model again.safetensors --samples 1000');
    await nacre('train --model again.safetensors --samples 4000 --epochs 1 --output again.safetensors');
    const after = await json('evaluate --model again.safetensors --samples 1000');
    expect((after.test as { loss: number }).loss).toBeLessThan((before.test as { loss: number }).loss);
  });

  test('knows drawn digits, and says so beside the picture', async () => {
    const line = ['predict', '--model', 'digits.safetensors', 'digit 0.png', '1.jpg', 'digit 7.png'];
    const { code, output } = await runCommand(line, environment, { cwd: folder });
    expect(code).toBe(0);
    expect(output).toMatch(/^digit 0\.png\n\n/);
    expect(output).toMatch(/\n\n1\.jpg\n\n/);
    const first = output.split('\n\n1.jpg')[0]!;
    expect(first).toMatch(/[█▀▄].* {3}0 +\d+\.\d% █+\n.* {3}\d +\d+\.\d%.*\n.* {3}\d +\d+\.\d%/);
    const { predictions } = await json('predict --model digits.safetensors 0.jpg 1.jpg 7.jpg');
    const found = predictions as { image: string; top: { name: string; probability: number }[] }[];
    expect(found.map(({ image, top }) => [image, top[0]!.name])).toEqual([
      ['0.jpg', '0'],
      ['1.jpg', '1'],
      ['7.jpg', '7'],
    ]);
    for (const { top } of found) {
      expect(top).toHaveLength(3);
      expect(top[0]!.probability).toBeGreaterThan(top[1]!.probability);
    }
  });

  test('shows the images that can be read, and names the others', async () => {
    const { code, output, complaints } = await nacre('predict --model digits.safetensors damaged.png 7.jpg none.png');
    expect(code).toBe(1);
    expect(output).toMatch(/^\n?7\.jpg\n/);
    expect(complaints).toMatch(
      /^damaged\.png: the PNG is damaged or incomplete \(.*\)\.\nnone\.png: expected a PNG or JPEG image, found no file of that name\.\n$/,
    );
    const { predictions } = await json('predict --model digits.safetensors none.png 7.jpg', 1);
    expect(predictions).toMatchObject([
      { image: 'none.png', error: 'none.png: expected a PNG or JPEG image, found no file of that name.' },
      { image: '7.jpg', top: [{ name: '7' }, {}, {}] },
    ]);
  });

  test('stops after the current step at Ctrl-C, and leaves the file as it was', async () => {
    const before = await readFile(join(folder, 'digits.safetensors'));
    let pressed = false;
    const listener: Surroundings['listener'] = (printed, kill) => {
      if (pressed || !printed.includes('Epoch 1/1000')) return;
      pressed = true;
      kill('SIGINT');
    };
    const { code, complaints } = await nacre('train --epochs 1000 --output digits.safetensors', { listener });
    expect(code).toBe(130);
    expect(complaints).toMatch(/Stopping after the current step\..*\nfit was stopped after step \d+ of 1875\.\n$/);
    expect(await readFile(join(folder, 'digits.safetensors'))).toEqual(before);
  });
});

describe('a network on a folder', () => {
  test('is trained on a part and tested on the rest, and remembers the classes', async () => {
    const line = 'train --network cnn --data colours --image-size 16 --color-mode rgb --epochs 3 --seed 1';
    const trained = await json(`${line} --output colours.safetensors`);
    expect(trained).toMatchObject({
      data: 'colours',
      classes: ['blue', 'red'],
      images: { training: 32, test: 8 },
      test: { accuracy: 1 },
    });
    expect(Object.keys(trained.history as object).sort()).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    expect(await json('evaluate --model colours.safetensors --data colours')).toMatchObject({
      images: 40,
      test: { accuracy: 1 },
    });
    const { predictions } = await json('predict --model colours.safetensors colours/red/3.png colours/blue/4.png');
    expect(predictions).toMatchObject([{ top: [{ name: 'red' }, { name: 'blue' }] }, { top: [{ name: 'blue' }, {}] }]);
    const { output } = await nacre('summary --model colours.safetensors');
    expect(output).toMatch(/Trained on a folder: images of 16 x 16 in rgb, 2 classes: blue, red\n$/);
  });

  test('keeps back the part that is asked for', async () => {
    const all = await json('train --data colours --epochs 1 --validation-split 0');
    expect(all).toMatchObject({ images: { training: 40, test: 0 }, test: null });
    expect(Object.keys(all.history as object).sort()).toEqual(['accuracy', 'loss']);
    const half = await json('train --data colours --epochs 1 --validation-split 0.5 --samples 5');
    expect(half).toMatchObject({ images: { training: 5, test: 5 } });
  });

  test('takes the digits of a folder as MNIST was made', async () => {
    for (const digit of [0, 1, 7]) {
      await mkdir(join(folder, 'mine', String(digit)), { recursive: true });
      await writeFile(join(folder, 'mine', String(digit), 'a.jpg'), await readFile(join(folder, `${digit}.jpg`)));
    }
    const prepared = await json('evaluate --model digits.safetensors --data mine');
    expect(prepared).toMatchObject({ images: 3, test: { accuracy: 1 } });
    const resized = await json('evaluate --model digits.safetensors --data mine --prepare resize');
    expect((resized.test as { loss: number }).loss).toBeGreaterThan((prepared.test as { loss: number }).loss);
  });
});

describe('what cannot be done', () => {
  test('is said of folders', async () => {
    await fails(
      'train --data empty',
      /^empty: expected a subfolder for each of at least two classes, found no subfolder\./,
    );
    await fails('train --data one', /^one: expected a subfolder .*, found only 'red'\./);
    await fails('train --data nowhere', /^nowhere: expected a folder .*, found nothing of that name\.\n$/);
    await fails('train --data colours --validation-split 0.99', /^colours: expected enough images to train on/);
    await mkdir(join(folder, 'bad', 'a'), { recursive: true });
    await mkdir(join(folder, 'bad', 'b'), { recursive: true });
    await writeFile(join(folder, 'bad', 'a', 'x.png'), photo([1, 2, 3], 0).subarray(0, 90));
    await writeFile(join(folder, 'bad', 'b', 'x.png'), photo([1, 2, 3], 0));
    await fails('train --data bad', /^bad\/a\/x\.png: the PNG is damaged or incomplete/);
  });

  test('is said of models that do not fit', async () => {
    await fails(
      'evaluate --model colours.safetensors',
      /^colours\.safetensors: expected a model for MNIST, images of 28 x 28 in grayscale, 10 classes; it is for images of 16 x 16 in rgb, 2 classes\./,
    );
    await fails(
      'evaluate --model digits.safetensors --data colours',
      /^colours: expected the classes of digits\.safetensors, '0', .*; found 'blue', 'red' as well\./,
    );
    const model = sequential([layers.dense({ units: 3, inputShape: [7] })]);
    await model.save(join(folder, 'row.safetensors'));
    await fails(
      'predict --model row.safetensors 7.jpg',
      /^row\.safetensors: expected a model that takes images, .*; its input is \[samples, 7\]\.\n$/,
    );
  });

  test('is said of files', async () => {
    await fails('summary --model none.safetensors', /^summary: there is no file 'none\.safetensors'\.\n$/);
    await writeFile(
      join(folder, 'torn.safetensors'),
      (await readFile(join(folder, 'digits.safetensors'))).subarray(0, 5000),
    );
    await fails('summary --model torn.safetensors', /^'torn\.safetensors'/);
  });

  test('is said of command lines, before anything is loaded', async () => {
    await fails(
      'train --network cn',
      /^Unknown value of --network: cn\. Did you mean cnn\?.*\nSee nacre train --help\.\n$/,
      2,
    );
    await fails(
      'train --network cnn --model digits.safetensors',
      /^nacre train: expected --network or --model, received both\./,
      2,
    );
    await fails('train --image-size 32', /^--image-size: expected with --data FOLDER only/, 2);
    await fails(
      'train --output model.txt',
      /^--output: expected a file that ends in \.safetensors, received 'model\.txt'\./,
      2,
    );
    await fails(
      'train --output missing/m.safetensors',
      /^--output: expected a file in a folder that can be written to/,
      2,
    );
    await fails('evaluate', /^nacre evaluate: expected --model FILE\.\nSee nacre evaluate --help\.\n$/, 2);
    await fails(
      'evaluate --model digits.safetensors --prepare digit',
      /^--prepare: expected with --data FOLDER only/,
      2,
    );
    await fails('predict a.png', /^nacre predict: expected --model FILE\./, 2);
    await fails('summary', /^nacre summary: expected --model FILE or --network NAME, received neither\./, 2);
    await expect(access(join(folder, 'model.txt'))).rejects.toThrow();
  });
});

describe('nacre summary', () => {
  test('shows the layers of a network and of a file', async () => {
    const network = await nacre('summary --network cnn');
    expect(network.output).toMatch(/conv2d \(Conv2D\).*\(None, 26, 26, 32\)/);
    expect(await json('summary --network onehot')).toMatchObject({
      inputShape: [null, 784],
      outputShape: [null, 10],
      layers: [{ class: 'Dense', outputShape: [null, 128], parameters: 100_480 }, { parameters: 1290 }],
      parameters: { total: 101_770, trainable: 101_770, nonTrainable: 0 },
      trainedOn: null,
    });
    expect(await json('summary --model digits.safetensors')).toMatchObject({
      parameters: { total: 101_770 },
      trainedOn: { source: 'mnist', height: 28, width: 28, channels: 1, classes: 10 },
    });
  });
});

describe('nacre convert', () => {
  test('writes a model in another format, and its weights alone', async () => {
    expect(await json('convert colours.safetensors colours.keras')).toMatchObject({ weightsOnly: false });
    const before = await json('summary colours.safetensors');
    expect(await json('summary colours.keras')).toMatchObject({ layers: before.layers });
    const { output } = await nacre('convert colours.keras colours.weights.h5');
    expect(output).toMatch(/^colours\.keras -> colours\.weights\.h5: \d+ parameters, weights only\n$/);
    const listed = await json('summary colours.weights.h5');
    expect(listed.weights).toContainEqual(expect.objectContaining({ dtype: 'float32', shape: [3, 3, 3, 32] }));
    // What it was trained on goes along.
    await nacre('convert colours.safetensors copy.safetensors');
    expect(await json('summary copy.safetensors')).toMatchObject({ trainedOn: before.trainedOn });
  });

  test('compiles what a page predicts with', async () => {
    const line = 'convert colours.safetensors page.safetensors --programs page.programs --batch-size 2';
    expect(await json(line)).toMatchObject({ programs: 'page.programs' });
    const { output } = await nacre('convert colours.safetensors page.safetensors --programs page.programs');
    expect(output).toMatch(/^colours.* parameters\npage\.programs: what a page predicts with, compiled\n$/);
    await fails('convert a.keras b.keras --batch-size 2', /expected --batch-size with the programs/, 2);
  });

  test('gives weights of another program to a model', async () => {
    const torch = fileURLToPath(new URL('../../tests/golden/files/safetensors/dense.safetensors', import.meta.url));
    const model = sequential([
      layers.dense({ units: 7, activation: 'relu', inputShape: [5] }),
      layers.dense({ units: 3 }),
    ]);
    await model.save(join(folder, 'net.safetensors'));
    expect(await json(`convert ${torch} torch.keras --model net.safetensors`)).toMatchObject({ parameters: 66 });
    const { output } = await nacre(`summary ${torch}`);
    expect(output).toMatch(/^0\.weight +\(7, 5\) +float32 +140 bytes$/m);
    expect(output).toMatch(/\n4 arrays, 66 numbers, 264 bytes\n$/);
    await fails(
      `convert ${torch} x.keras`,
      /has weights but no model\. Say which model they are for, with --model FILE/,
    );
    await fails(`convert ${torch} x.keras --network cnn`, /its weights are not those of the model/);
  });

  test('says what is not understood', async () => {
    await fails(
      'convert colours.safetensors',
      /^nacre convert: expected FROM TO, received 'colours\.safetensors'\./,
      2,
    );
    await fails('convert a b --layout torch', /Unknown value of --layout: torch/, 2);
    await fails('convert a.keras b.keras --layout keras', /expected --layout with the model/, 2);
    await fails('convert colours.safetensors colours.txt', /ends in .*received 'colours\.txt'/);
    await expect(access(join(folder, 'colours.txt'))).rejects.toThrow();
  });
});

describe('nacre completion', () => {
  test('prints a script, and as JSON', async () => {
    const { code, output } = await nacre('completion bash');
    expect(code).toBe(0);
    expect(output).toMatch(/complete -F _nacre nacre\n$/);
    expect(await json('completion bash')).toEqual({ shell: 'bash', script: output.trimEnd() });
  });
});
