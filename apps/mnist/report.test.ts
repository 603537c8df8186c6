import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from './options.js';
import { checkWritable, writeReport, type Report } from './report.js';

const report: Report = {
  network: 'first',
  backend: 'wasm',
  threads: 2,
  seed: 1,
  testLoss: 0.08,
  testAccuracy: 0.975,
  history: { accuracy: [0.9], loss: [0.3] },
  secondsPerEpoch: [0.5],
};

describe('the report of npm run mnist', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nacre-report-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('replaces an earlier one, and leaves nothing beside it', async () => {
    const path = join(folder, 'run.json');
    await writeFile(path, 'old');
    await writeReport(path, report);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(report);
    expect(await readdir(folder)).toEqual(['run.json']);
  });

  test('can be checked before there is one', async () => {
    await expect(checkWritable(join(folder, 'new.json'))).resolves.toBeUndefined();
    await expect(checkWritable(folder)).rejects.toThrow(/^--json: expected the name of a file, received the folder/);
    await expect(checkWritable(join(folder, 'missing', 'new.json'))).rejects.toThrow(UsageError);
  });

  test('leaves nothing behind when it cannot be put in place', async () => {
    const path = join(folder, 'occupied');
    await mkdir(join(path, 'inside'), { recursive: true });
    await expect(writeReport(path, report)).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
