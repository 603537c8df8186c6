import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../../tests/support/engine.js';
import { testNative } from '../../tests/support/native.js';
import { referenceBackend } from '../backends/reference/backend.js';
import { wasmBackend } from '../backends/wasm/backend.js';
import { StateError } from '../base/errors.js';
import type { Profile } from '../base/profile.js';
import { nodePlatform } from '../platform/node.js';
import { compile, type CompiledFunction } from '../tensor/compile.js';
import { full, scalar, tensor } from '../tensor/creation.js';
import * as random from '../tensor/random.js';
import type { Tensor } from '../tensor/tensor.js';
import { Variable } from '../tensor/variable.js';
import { Engine, setEngine } from './engine.js';

/** One state that is updated where it lies, since it is large, and two that are not. */
interface Sample {
  readonly states: readonly Variable[];
  readonly run: CompiledFunction<[Tensor], Tensor>;
}

const rows = 24;
const columns = 1024;

function makeSample(): Sample {
  const weights = new Variable(random.normal([columns, 20], 0, 0.1, { seed: 3 }));
  const bias = new Variable(full([20], 0.5));
  const count = new Variable(scalar(7, 'int32'));
  const run = compile((x: Tensor) => {
    const y = x.matMul(weights.value).add(bias.value).relu();
    weights.assign(weights.value.sub(x.transpose().matMul(y).mul(1e-3)));
    bias.assign(bias.value.mul(0.5).add(y.mean(0)));
    count.assign(count.value.add(1));
    return y.softmax();
  });
  return { states: [weights, bias, count], run };
}

const valuesOf = async ({ states }: Sample): Promise<number[][]> =>
  Promise.all(states.map(async ({ value }) => Array.from(await value.data())));

const inputs = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe.each([
  { factory: wasmBackend(nodePlatform), title: 'wasm' },
  { factory: wasmBackend({ workers: nodePlatform.workers, sharedMemory: false }), title: 'wasm without shared memory' },
  { factory: testNative(), title: 'native' },
])('a profile on $title', ({ factory }) => {
  let engine: Engine;
  let sample: Sample;
  let profile: Profile;
  let before: number[][];
  let after: number[][];
  const x = tensor(inputs, [rows, columns]);

  beforeAll(async () => {
    engine = new Engine({ backends: [factory], threads: 2 });
    setEngine(engine);
    sample = makeSample();
    await sample.run(x);
    before = await valuesOf(sample);
    profile = await sample.run.profile(x);
    after = await valuesOf(sample);
  });
  afterAll(() => engine.close());

  test('leaves all state as it is', () => {
    expect(after).toEqual(before);
    expect(after[2]).toEqual([8]);
  });

  test('does not show in what runs after it', async () => {
    const other = makeSample();
    await other.run(x);
    const results = await Promise.all([sample, other].map(async ({ run }) => (await run.repeat(3, x)).data()));
    expect(results[0]).toEqual(results[1]);
    expect(await valuesOf(sample)).toEqual(await valuesOf(other));
  });

  test('says where it ran', () => {
    expect(profile.backend).toBe(factory.name);
    expect([1, 2]).toContain(profile.threads);
    expect(profile.floors.threads).toBe(profile.threads);
  });

  test('has every kernel, in the order of its phases', () => {
    const { kernels, step } = profile;
    // A product may be several kernels, its edges being one of their own.
    const products = kernels.filter(({ operations }) => operations.includes('contract'));
    expect(new Set(products.map(({ operations }) => operations)).size).toBe(2);
    expect(kernels.some(({ schedule }) => /tile \d+ x \d+/.test(schedule))).toBe(true);
    const phases = kernels.map(({ phase }) => phase);
    expect(phases).toEqual([...phases].sort((a, b) => a - b));
    expect(new Set(phases)).toEqual(new Set(Array.from({ length: step.phases }, (_, i) => i)));
    expect(new Set(kernels.map(({ name }) => name)).size).toBe(kernels.length);
  });

  test('adds up', () => {
    const { kernels, step } = profile;
    expect(sum(kernels.map(({ share }) => share))).toBeCloseTo(1, 9);
    expect(sum(kernels.map(({ microseconds }) => microseconds))).toBeCloseTo(step.kernelMicroseconds, 6);
    expect(sum(kernels.map(({ flops }) => flops))).toBe(step.flops);
    expect(sum(kernels.map(({ bytes }) => bytes))).toBe(step.bytes);
    expect(sum(kernels.map(({ floorMicroseconds }) => floorMicroseconds))).toBeCloseTo(step.floorMicroseconds, 9);
    expect(step.flops).toBeGreaterThanOrEqual(2 * 2 * rows * columns * 20);
    // The input is read by both products, the weights read by both and written by one.
    expect(step.bytes).toBeGreaterThanOrEqual(4 * (2 * rows * columns + 3 * columns * 20));
    expect(step.temporaryFloorBytes).toBeLessThanOrEqual(step.temporaryBytes);
  });

  test('gives rates that follow from times, and fractions of the nearer floor', () => {
    const { kernels, step, floors } = profile;
    for (const work of [step, ...kernels]) {
      expect(work.microseconds).toBeGreaterThan(0);
      expect(work.microsecondsOnOneThread).toBeGreaterThan(0);
      expect(work.gigaflopsPerSecond).toBeCloseTo(work.flops / work.microseconds / 1000, 9);
      expect(work.gigabytesPerSecond).toBeCloseTo(work.bytes / work.microseconds / 1000, 9);
      expect(work.floorFraction).toBeCloseTo(work.floorMicroseconds / work.microseconds, 9);
    }
    expect(floors.gigaflopsPerSecond).toBeGreaterThan(0);
    expect(floors.gigabytesPerSecond).toBeGreaterThan(0);
    for (const { flops, bytes, floorMicroseconds, bound } of kernels) {
      const arithmetic = flops / floors.gigaflopsPerSecond / 1000;
      const memory = bytes / floors.gigabytesPerSecond / 1000;
      expect(floorMicroseconds).toBe(Math.max(arithmetic, memory));
      expect(bound).toBe(arithmetic > memory ? 'arithmetic' : 'memory');
    }
  });

  test('measures the floors once', async () => {
    const again = await sample.run.profile(x);
    expect(again.floors).toBe(profile.floors);
    expect(again.kernels.map(({ operations }) => operations)).toEqual(
      profile.kernels.map(({ operations }) => operations),
    );
  });
});

describe('on the reference backend', () => {
  useBackend(referenceBackend);

  test('there are no kernels, and the error says so', async () => {
    const run = compile((x: Tensor) => x.add(1));
    const profile = run.profile(tensor([1, 2]));
    await expect(profile).rejects.toThrow(StateError);
    await expect(profile).rejects.toThrow(/the reference backend .* has no kernels/);
    expect(Array.from(await (await run(tensor([1, 2]))).data())).toEqual([2, 3]);
  });
});

test('backends that have kernels are named', async () => {
  const native = testNative();
  const engine = new Engine({
    backends: [native, wasmBackend(nodePlatform), referenceBackend],
    threads: 1,
    preferred: 'reference',
  });
  setEngine(engine);
  try {
    const profile = compile((x: Tensor) => x.add(1)).profile(tensor([1, 2]));
    await expect(profile).rejects.toThrow(/setBackend\('native'\) or setBackend\('wasm'\)/);
  } finally {
    await engine.close();
  }
});
