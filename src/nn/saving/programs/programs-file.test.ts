import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { consoleOf, resetConsole } from '../../../../tests/support/console.js';
import { smallData, smallModel } from '../../../../tests/support/models.js';
import { referenceBackend } from '../../../backends/reference/backend.js';
import { wasmBackend } from '../../../backends/wasm/backend.js';
import { memoryFiles, type Files } from '../../../base/files.js';
import { Engine, setEngine } from '../../../engine/engine.js';
import { readSafetensors } from '../../../formats/safetensors.js';
import { writeSafetensors } from '../../../formats/write-safetensors.js';
import { nodePlatform } from '../../../platform/node.js';
import { setFiles } from '../../files.js';
import * as layers from '../../layers/index.js';
import { sequential } from '../../model/sequential.js';
import { loadModel } from '../load-model.js';

const compiled = vi.hoisted(() => ({ programs: 0 }));
vi.mock('../../../compiler/compile.js', async (original) => {
  const module = await original<typeof import('../../../compiler/compile.js')>(); // eslint-disable-line @typescript-eslint/consistent-type-imports -- names the module that is replaced
  const compileProgram: typeof module.compileProgram = (...given) => {
    compiled.programs++;
    return module.compileProgram(...given);
  };
  return { ...module, compileProgram };
});

let files: Files;
const engines: Engine[] = [];

/** What runs from now on knows of no program. */
function startEngine(sharedMemory: boolean, threads = 2): Engine {
  const engine = new Engine({ backends: [wasmBackend({ ...nodePlatform, sharedMemory }), referenceBackend], threads });
  engines.push(engine);
  setEngine(engine);
  return engine;
}

beforeEach(() => {
  resetConsole();
  files = memoryFiles();
  setFiles(files);
  startEngine(true);
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

const { x } = smallData(5);
const quiet = { verbose: 0 } as const;

/** The file with other texts. */
async function rewrite(change: (description: { version: string; programs: unknown[] }) => void): Promise<void> {
  const { tensors, metadata } = readSafetensors((await files.read('model.programs'))!, 'model.programs');
  const description = JSON.parse(metadata.get('nacre_programs')!) as { version: string; programs: unknown[] };
  change(description);
  const texts = new Map([['nacre_programs', JSON.stringify(description)]]);
  await files.write('model.programs', writeSafetensors({ tensors, metadata: texts }));
}

async function saveBoth(batchSizes: readonly number[]): Promise<number[]> {
  const model = smallModel({ compiled: false });
  await model.save('model.safetensors');
  await model.savePrograms('model.programs', { batchSizes });
  return [...(await (await model.predict(x, quiet)).data())];
}

describe('programs compiled ahead', () => {
  test.each([
    ['shared', true],
    ['unshared', false],
  ])('predict the same bits without the compiler, in %s memory', async (_name, shared) => {
    const expected = await saveBoth([1, 5]);
    startEngine(shared);
    const model = await loadModel('model.safetensors', { compile: false, programs: 'model.programs' });
    compiled.programs = 0;
    expect([...(await (await model.predict(x, quiet)).data())]).toEqual(expected);
    expect(compiled.programs).toBe(0);
  });

  test('are compiled where predict is given another number of samples', async () => {
    const expected = await saveBoth([2]);
    startEngine(true);
    const model = await loadModel('model.safetensors', { compile: false, programs: 'model.programs' });
    compiled.programs = 0;
    expect([...(await (await model.predict(x, quiet)).data())]).toEqual(expected);
    expect(compiled.programs).toBe(1);
  });

  test('serve a model whose weights changed', async () => {
    await saveBoth([5]);
    const changed = smallModel({ compiled: false });
    changed.setWeights(changed.getWeights().map((weight) => weight.mul(2)));
    await changed.save('changed.safetensors');
    const expected = [...(await (await changed.predict(x, quiet)).data())];
    startEngine(true);
    const model = await loadModel('changed.safetensors', { compile: false, programs: 'model.programs' });
    compiled.programs = 0;
    expect([...(await (await model.predict(x, quiet)).data())]).toEqual(expected);
    expect(compiled.programs).toBe(0);
  });

  test('come from bytes too, and another backend computes without them', async () => {
    const expected = await saveBoth([5]);
    const engine = startEngine(true);
    await engine.setBackend('reference');
    const programs = (await files.read('model.programs'))!;
    const model = await loadModel('model.safetensors', { compile: false, programs });
    const values = [...(await (await model.predict(x, quiet)).data())];
    values.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
  });

  test('of another version are left aside, with a warning', async () => {
    const expected = await saveBoth([5]);
    await rewrite((description) => void (description.version = '0.0.1'));
    startEngine(true);
    const recorded = consoleOf();
    const model = await loadModel('model.safetensors', { compile: false, programs: 'model.programs' });
    expect(recorded.warnings().join('\n')).toMatch(
      /'model\.programs' were compiled by version 0\.0\.1 of Nacre.*savePrograms/,
    );
    compiled.programs = 0;
    expect([...(await (await model.predict(x, quiet)).data())]).toEqual(expected);
    expect(compiled.programs).toBe(1);
  });
});

describe('files that hold no programs', () => {
  const load = () => loadModel('model.safetensors', { compile: false, programs: 'model.programs' });

  test('are missing, or of something else', async () => {
    const model = smallModel({ compiled: false });
    await model.save('model.safetensors');
    await expect(load()).rejects.toThrow("loadModel: programs: there is no file 'model.programs'");
    await model.save('model.safetensors');
    await files.write('model.programs', Uint8Array.from((await files.read('model.safetensors'))!));
    await expect(load()).rejects.toThrow(/'model\.programs': expected programs that model\.savePrograms wrote/);
    await files.write('model.programs', new Uint8Array(20));
    await expect(load()).rejects.toThrow(/'model\.programs'/);
  });

  test.each<[string, unknown, RegExp]>([
    ['no key', { footprint: { temporaryBytes: 0, parameters: [], outputs: [], phases: [] } }, /program 0: expected an/],
    ['no footprint', { key: 'k' }, /program 0: expected an object with key and footprint/],
    ['sizes below 0', { key: 'k', footprint: { temporaryBytes: -1, parameters: [], outputs: [], phases: [] } }, /key/],
    ['no work', { key: 'k', footprint: { temporaryBytes: 0, parameters: [], outputs: [], phases: [[{}]] } }, /key/],
  ])('are damaged: %s', async (_name, program, message) => {
    await saveBoth([5]);
    await rewrite((description) => void (description.programs = [program]));
    await expect(load()).rejects.toThrow(message);
  });

  test('lack a module, or have a damaged one', async () => {
    await saveBoth([5]);
    await rewrite((description) => void description.programs.push(description.programs[0]));
    await expect(load()).rejects.toThrow(/program 1: expected bytes named '1\.shared'/);
    await saveBoth([5]);
    const { tensors, metadata } = readSafetensors((await files.read('model.programs'))!, 'model.programs');
    tensors.get('0.shared')!.data.fill(1);
    await files.write('model.programs', writeSafetensors({ tensors, metadata }));
    startEngine(true);
    const model = await load();
    await expect(model.predict(x, quiet)).rejects.toThrow(/damaged: .* Write it anew with model\.savePrograms/);
  });
});

describe('savePrograms', () => {
  test.each<[string, object, RegExp]>([
    ['an unknown option', { batches: [1] }, /Unknown option of savePrograms 'batches'/],
    ['no list', { batchSizes: 4 }, /expected batchSizes to be a list such as \[1, 32\], received 4/],
    ['an empty list', { batchSizes: [] }, /expected batchSizes to be a list/],
    ['no number', { batchSizes: [0] }, /savePrograms: batchSizes: expected a whole number of at least 1, received 0/],
    ['no dtype', { dtype: 'float16' }, /expected dtype to be one of float32, int32, uint8, received 'float16'/],
  ])('refuses %s', async (_name, options, message) => {
    await expect(smallModel({ compiled: false }).savePrograms('model.programs', options)).rejects.toThrow(message);
  });

  test('needs a model that is built, and knows its inputs', async () => {
    const model = sequential([layers.dense({ units: 2 })]);
    await expect(model.savePrograms('model.programs')).rejects.toThrow(/savePrograms: model "\w+" is not built yet/);
    model.build([null, null, 3]);
    await expect(model.savePrograms('model.programs')).rejects.toThrow(/all sizes but the first must be known/);
  });

  test('needs a backend whose code runs elsewhere', async () => {
    const engine = new Engine({ backends: [referenceBackend], threads: 1 });
    engines.push(engine);
    setEngine(engine);
    await expect(smallModel({ compiled: false }).savePrograms('model.programs')).rejects.toThrow(
      /No backend here compiles programs for other machines/,
    );
  });
});
