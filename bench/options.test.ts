import { expect, test } from 'vitest';
import { parseOptions, type BenchOptions } from './options.js';
import { nameOf } from './plan.js';

function namesFor(...args: string[]): string[] {
  return (parseOptions(args) as BenchOptions).chosen.map(nameOf);
}

test('without options everything is measured, in five rounds', () => {
  expect(parseOptions([])).toMatchObject({ rounds: 5, mostSamples: 60_000, json: undefined });
  expect(namesFor()).toEqual([
    'first/nacre-wasm-1',
    'first/nacre-wasm-2',
    'loop/nacre-wasm-1',
    'loop/nacre-wasm-2',
    'first/tfjs-wasm-1',
    'cnn/nacre-wasm-1',
    'cnn/nacre-wasm-2',
    'cnn/tfjs-cpu-1',
    'first-start/nacre-wasm-2',
    'cnn-start/nacre-wasm-2',
    'cnn-memory/nacre-wasm-2',
  ]);
});

test('--only and --peers choose', () => {
  expect(namesFor('--only', '^first/', '--peers', 'none')).toEqual(['first/nacre-wasm-1', 'first/nacre-wasm-2']);
  expect(namesFor('--only', 'tfjs', '--peers', 'all')).toEqual(['first/tfjs-wasm-1', 'cnn/tfjs-cpu-1']);
  expect(() => parseOptions(['--only', 'tfjs', '--peers', 'none'])).toThrow("--only: nothing is found by 'tfjs'.");
  expect(() => parseOptions(['--peers', 'some'])).toThrow("--peers: expected none, npm, all, received 'some'.");
});

test('slips are errors', () => {
  expect(() => parseOptions(['--ony', 'first'])).toThrow("Unknown option '--ony'");
  expect(() => parseOptions(['--rounds', '0'])).toThrow(
    "--rounds: expected a whole number of at least 1, received '0'.",
  );
  expect(() => parseOptions(['--samples', '10'])).toThrow('at least 32');
  expect(parseOptions(['--help'])).toBe('help');
});
