// Runs the built command as a user does, in a process of its own.
import { access, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPrograms, builtProgram, runNode } from '../../tests/support/programs.js';
import type { Report } from './report.js';

const mnist = (...options: string[]): string[] => [builtProgram('apps', 'mnist', 'main.js'), ...options];
const few = ['--samples', '96', '--epochs', '2', '--seed', '7', '--no-report'];

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-mnist-'));
  await buildPrograms();
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

describe('npm run mnist', () => {
  const reports = new Map<string, Report>();

  test.each([
    ['reference', 1],
    ['wasm', 2],
    ['native', 2],
  ])('trains, tests, shows an image and writes its report on %s', async (backend, threads) => {
    const path = join(folder, `${backend}.json`);
    const { code, output, complaints } = await runNode(
      mnist(...few, '--backend', backend, '--threads', String(threads), '--json', path),
    );
    // Native code is compiled first; a line says so where that takes long.
    expect(complaints).toMatch(backend === 'native' ? /^(Compiling this program .*\n)*$/ : /^$/);
    expect(code).toBe(0);
    expect(output).toMatch(/Total params: 101,770 /);
    expect(output).toContain(`96 images to train on, 96 to test with; backend ${backend}, ${threads} thread`);
    expect(output.match(/^3\/3 - .* - accuracy: 0\.\d{4} - loss: \d\.\d{4}$/gm)).toHaveLength(3);
    expect(output).toMatch(/ prediction: \d \(/);
    expect(output).toMatch(/ true label: \d/);

    const report = JSON.parse(await readFile(path, 'utf8')) as Report;
    expect(Object.keys(report)).toEqual([
      'network',
      'backend',
      'threads',
      'seed',
      'testLoss',
      'testAccuracy',
      'history',
      'secondsPerEpoch',
    ]);
    expect(report).toMatchObject({ network: 'first', backend, threads, seed: 7 });
    expect(Object.keys(report.history).sort()).toEqual(['accuracy', 'loss']);
    expect(report.history.loss).toHaveLength(2);
    expect(report.history.loss![1]).toBeLessThan(report.history.loss![0]!);
    expect(report.secondsPerEpoch).toHaveLength(2);
    expect(report.secondsPerEpoch.every((seconds) => seconds > 0)).toBe(true);
    const closing = output.trimEnd().split('\n').slice(-2);
    expect(closing).toEqual([
      `test loss: ${report.testLoss.toFixed(4)}`,
      `test accuracy: ${report.testAccuracy.toFixed(4)}`,
    ]);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    reports.set(backend, report);
  });

  test.each(['wasm', 'native'])('comes to the same on %s as on the reference', (backend) => {
    const [reference, other] = [reports.get('reference')!, reports.get(backend)!];
    expect(other.testAccuracy).toBe(reference.testAccuracy);
    expect(other.testLoss).toBeCloseTo(reference.testLoss, 4);
    other.history.loss!.forEach((loss, epoch) => expect(loss).toBeCloseTo(reference.history.loss![epoch]!, 4));
  });

  test("takes the network's own labels, batches and validation", async () => {
    const path = join(folder, 'onehot.json');
    const { code, output } = await runNode(
      mnist(...few, '--network', 'onehot', '--epochs', '1', '--verbose', '0', '--json', path),
    );
    expect(code).toBe(0);
    const { history } = JSON.parse(await readFile(path, 'utf8')) as Report;
    expect(Object.keys(history).sort()).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    expect(output).not.toContain('/step');
  });

  test('writes a report after its other lines, and says where', async () => {
    const path = join(folder, 'runs', 'flat');
    const { code, output, complaints } = await runNode(
      mnist('--samples', '96', '--batch-size', '16', '--network', 'onehot', '--backend', 'wasm', '--report', path),
    );
    expect([code, complaints]).toEqual([0, '']);
    expect(output.trimEnd().split('\n').slice(-3)).toEqual([
      expect.stringMatching(/^test loss: \d\.\d{4}$/),
      expect.stringMatching(/^test accuracy: \d\.\d{4}$/),
      `report: ${path}/report.html`,
    ]);
    const names = ['confusion-matrix', 'history', 'mistakes', 'precision-recall', 'roc'];
    const pictures = names.flatMap((name) => [`${name}.png`, `${name}.svg`]);
    expect((await readdir(path)).sort()).toEqual([...pictures, 'history.json', 'report.html'].sort());
    const page = await readFile(join(path, 'report.html'), 'utf8');
    // The images are shown, though this network takes rows of numbers.
    expect(page).toMatch(/<img src="data:image\/png;base64,/);
    const accuracy = /^test accuracy: (.*)$/m.exec(output)![1]!;
    expect(page).toContain(`<dt>Accuracy</dt><dd>${accuracy}</dd>`);
  });

  test('writes nothing of a report when Ctrl-C is pressed before it is done', async () => {
    const path = join(folder, 'runs', 'stopped');
    let pressed = false;
    const { code, complaints } = await runNode(
      mnist('--samples', '500', '--epochs', '1', '--backend', 'wasm', '--report', path),
      (printed, kill) => {
        if (pressed || !printed.includes('test accuracy')) return;
        pressed = true;
        kill('SIGINT');
      },
    );
    expect(code).toBe(130);
    expect(complaints).toMatch(/^(evaluate|predict|report) was stopped /m);
    await expect(access(path)).rejects.toThrow();
  });

  test.each(['reference', 'wasm', 'native'])('stops after the current step at Ctrl-C on %s', async (backend) => {
    const path = join(folder, 'stopped.json');
    let pressed = false;
    const { code, output, complaints } = await runNode(
      mnist('--epochs', '1000', '--backend', backend, '--json', path),
      (printed, kill) => {
        if (pressed || !printed.includes('Epoch 1/1000')) return;
        pressed = true;
        kill('SIGINT');
      },
    );
    expect(complaints).toMatch(
      /Stopping after the current step\. Ctrl-C again ends at once\.\n(Compiling this program .*\n)*fit was stopped after step \d+ of 1875\.\n$/,
    );
    expect(code).toBe(130);
    expect(output).not.toContain('test loss');
    await expect(access(path)).rejects.toThrow();
  });

  test('ends at once when Ctrl-C is pressed again', async () => {
    const busy = `import { interruption } from ${JSON.stringify(pathToFileURL(builtProgram('apps', 'mnist', 'interruption.js')).href)};
      interruption().addEventListener('abort', () => console.log('asked to stop'));
      setInterval(() => {}, 1000);
      console.log('busy');`;
    let presses = 0;
    const { signal, output } = await runNode(['--input-type=module', '--eval', busy], (printed, kill) => {
      const heard = printed.includes('asked to stop') ? 2 : printed.includes('busy') ? 1 : 0;
      for (; presses < heard; presses++) kill('SIGINT');
    });
    expect(output).toBe('busy\nasked to stop\n');
    expect(signal).toBe('SIGINT');
  });

  test('says what is wrong before it loads anything', async () => {
    const slip = await runNode(mnist('--network', 'cn'));
    expect(slip).toMatchObject({ code: 2, output: '' });
    expect(slip.complaints).toMatch(/^Unknown value of --network: cn\. Did you mean cnn\?/);
    const nowhere = await runNode(mnist('--json', join(folder, 'missing', 'report.json')));
    expect(nowhere).toMatchObject({ code: 2, output: '' });
    expect(nowhere.complaints).toMatch(/^--json: expected a file in a folder that can be written to/);
    const file = join(folder, 'file');
    await writeFile(file, '');
    const noFolder = await runNode(mnist('--report', file));
    expect(noFolder).toMatchObject({ code: 2, output: '' });
    expect(noFolder.complaints).toMatch(/^--report: expected the name of a folder, received the file/);
  });

  test('says what is wrong with the data in a sentence', async () => {
    const { code, complaints } = await runNode(mnist('--network', 'onehot', '--samples', '1'));
    expect(code).toBe(1);
    expect(complaints).toMatch(/^fit: expected validationSplit 0\.2 of 1 samples to leave some to train on/);
    expect(complaints.trimEnd().split('\n')).toHaveLength(1);
  });

  test('prints help', async () => {
    const { code, output } = await runNode(mnist('--help'));
    expect(code).toBe(0);
    expect(output).toMatch(/^Trains a network on MNIST/);
  });
});
