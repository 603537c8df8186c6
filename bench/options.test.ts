import { expect, test } from 'vitest';
import { parseOptions, type BenchOptions } from './options.js';
import { kinds, measurements, nameOf } from './plan.js';

function namesFor(...args: string[]): string[] {
  return (parseOptions(args) as BenchOptions).chosen.map(nameOf);
}

const onBackends = (workload: string, ...threads: number[]): string[] =>
  ['wasm', 'native'].flatMap((backend) => threads.map((count) => `${workload}/nacre-${backend}-${count}`));

test('without options the usual is measured, in five rounds', () => {
  expect(parseOptions([])).toMatchObject({ rounds: 5, mostSamples: 60_000, json: undefined });
  expect(namesFor()).toEqual([
    ...onBackends('first', 1, 2),
    'first/tfjs-wasm-1',
    'first/jax-js-wasm-1',
    ...onBackends('loop', 1, 2),
    ...onBackends('cnn', 1, 2),
    'cnn/tfjs-cpu-1',
    ...onBackends('first-start', 2),
    ...onBackends('cnn-start', 2),
    'first-compile/nacre-native-2',
    'cnn-compile/nacre-native-2',
    ...onBackends('cnn-memory', 2),
    ...onBackends('deep-cnn-memory', 2),
  ]);
});

test('--only and --peers choose', () => {
  expect(namesFor('--only', '^first/nacre-wasm', '--peers', 'none')).toEqual([
    'first/nacre-wasm-1',
    'first/nacre-wasm-2',
  ]);
  expect(namesFor('--only', '^(first|cnn)/tfjs')).toEqual(['first/tfjs-wasm-1', 'cnn/tfjs-cpu-1']);
  expect(namesFor('--only', '^cnn/[^n]', '--peers', 'all')).toEqual([
    'cnn/tfjs-cpu-1',
    'cnn/keras-tensorflow-2',
    'cnn/keras-jax-2',
    'cnn/pytorch-eager-2',
    'cnn/pytorch-compile-2',
    'cnn/jax-jit-2',
  ]);
  expect(() => parseOptions(['--only', 'tfjs', '--peers', 'none'])).toThrow("--only: nothing is found by 'tfjs'.");
  expect(() => parseOptions(['--peers', 'some'])).toThrow("--peers: expected none, npm, all, received 'some'.");
});

test('--suite all measures everything there is, and a pattern finds it without', () => {
  expect(namesFor('--suite', 'all', '--peers', 'all')).toEqual(measurements.map(nameOf));
  expect(namesFor('--only', '^first-infer-b1/')).toEqual([
    ...onBackends('first-infer-b1', 2),
    ...['wasm', 'native'].map((backend) => `first-infer-b1/nacre-compile-${backend}-2`),
    'first-infer-b1/tfjs-wasm-1',
    'first-infer-b1/jax-js-wasm-1',
    'first-infer-b1/onnxruntime-cpu-2',
  ]);
  expect(() => parseOptions(['--suite', 'usual', '--only', '^matmul-64/'])).toThrow('nothing is found');
  expect(() => parseOptions(['--suite', 'some'])).toThrow('--suite: expected usual, all, training, ');
});

test('a suite can be of one kind, or of some', () => {
  expect(namesFor('--suite', 'memory', '--peers', 'all')).toEqual(
    ['cnn-memory', 'deep-cnn-memory'].flatMap((workload) => [
      ...onBackends(workload, 2),
      `${workload}/keras-tensorflow-2`,
      `${workload}/keras-jax-2`,
      `${workload}/pytorch-eager-2`,
    ]),
  );
  const [one, other, both] = [['stream'], ['trained'], ['trained,stream']].map((suite) =>
    namesFor('--suite', ...suite),
  );
  expect(both).toEqual([...one!, ...other!]);
  expect(kinds.flatMap((kind) => namesFor('--suite', kind, '--peers', 'all')).sort()).toEqual(
    measurements.map(nameOf).sort(),
  );
});

test('starts of all kinds are one suite, of which loading is not usual', () => {
  const starts = namesFor('--suite', 'start');
  expect(starts.slice(0, 3)).toEqual(['import/nacre-none-1', ...onBackends('first-start', 2)]);
  expect(namesFor('--only', '^cnn-load-(npz|onnx|json)', '--suite', 'start')).toEqual([
    ...onBackends('cnn-load-npz', 2),
    ...onBackends('cnn-load-onnx', 2),
    'cnn-load-onnx/onnxruntime-cpu-2',
    ...onBackends('cnn-load-json', 2),
    'cnn-load-json/tfjs-wasm-1',
    'cnn-load-json/tfjs-cpu-1',
  ]);
  expect(namesFor('--only', '^cnn-load-keras/keras', '--peers', 'all')).toEqual([
    'cnn-load-keras/keras-tensorflow-2',
    'cnn-load-keras/keras-jax-2',
  ]);
  expect(starts.filter((name) => !namesFor().includes(name)).every((name) => /^(import|cnn-load)/.test(name))).toBe(
    true,
  );
});

test('--skip leaves out', () => {
  expect(namesFor('--suite', 'trained', '--peers', 'all', '--skip', '^cnn-trained/(keras|pytorch)|keras')).toEqual([
    ...onBackends('first-trained', 2),
    'first-trained/pytorch-eager-2',
    ...onBackends('cnn-trained', 2),
  ]);
  expect(() => parseOptions(['--only', 'tfjs', '--skip', 'tf'])).toThrow(
    "--only: nothing is found by 'tfjs', without what --skip 'tf' finds.",
  );
  expect(() => parseOptions(['--skip', '('])).toThrow("--skip: expected a regular expression, received '('.");
});

test('no two measurements have the same name', () => {
  expect(new Set(measurements.map(nameOf)).size).toBe(measurements.length);
});

test('slips are errors', () => {
  expect(() => parseOptions(['--ony', 'first'])).toThrow("Unknown option '--ony'");
  expect(() => parseOptions(['--rounds', '0'])).toThrow(
    "--rounds: expected a whole number of at least 1, received '0'.",
  );
  expect(() => parseOptions(['--samples', '10'])).toThrow('at least 32');
  expect(parseOptions(['--help'])).toBe('help');
});
