import { describe, expect, test } from 'vitest';
import { randomArray } from '../../tests/support/graph-values.js';
import { interpreterBackend, lanes8, meeting4 } from '../../tests/support/interpreter-backend.js';
import { ProgramBuilder, type PreparedProgram } from '../../tests/support/program-builder.js';
import { runProgram } from '../../tests/support/run-program.js';
import { differenceOf } from '../../tests/support/tolerance.js';
import { gradients } from '../autodiff/gradients.js';
import { referenceBackend } from '../backends/reference/backend.js';
import { RandomStream } from '../base/random.js';
import type { KernelBuffer } from '../ir/kernel.js';
import { conv2d } from '../tensor/ops/convolution.js';
import { compileProgram } from './compile.js';

interface Sample {
  readonly batch: number;
  readonly size: readonly [height: number, width: number];
  readonly channels: number;
  readonly kernel: readonly [height: number, width: number];
  readonly strides?: number;
  readonly dilation?: number;
}

/** A depthwise convolution and both its gradients. */
function depthwise({ batch, size, channels, kernel, strides = 1, dilation = 1 }: Sample): PreparedProgram {
  const random = new RandomStream(5);
  const builder = new ProgramBuilder();
  const x = builder.add(randomArray(random, 'float32', [batch, ...size, channels]));
  const weights = builder.add(randomArray(random, 'float32', [...kernel, 1, channels]));
  const y = conv2d(x, weights, { strides, padding: 'same', groups: channels, dilationRate: dilation });
  const upstream = builder.add(randomArray(random, 'float32', y.shape));
  return builder.finish([y, ...gradients(y, [x, weights], upstream)]);
}

/** Copies of the image, padded: the gradient to the kernel is too short here to be shared out by samples, and has one. */
function paddedCopies({ program }: PreparedProgram): number {
  return compileProgram(program, meeting4).buffers.filter(({ name }) => name.startsWith('pad')).length;
}

describe.each([
  { sample: { batch: 8, size: [6, 9], channels: 20, kernel: [3, 3] }, padded: false },
  { sample: { batch: 9, size: [12, 5], channels: 64, kernel: [3, 3] }, padded: false },
  { sample: { batch: 8, size: [7, 2], channels: 16, kernel: [3, 3] }, padded: false },
  { sample: { batch: 8, size: [10, 4], channels: 8, kernel: [5, 1] }, padded: false },
  { sample: { batch: 8, size: [4, 21], channels: 8, kernel: [1, 7] }, padded: false },
  { sample: { batch: 8, size: [9, 9], channels: 8, kernel: [3, 3], dilation: 2 }, padded: false },
  { sample: { batch: 8, size: [9, 8], channels: 8, kernel: [3, 3], strides: 2 }, padded: true },
  { sample: { batch: 2, size: [6, 9], channels: 20, kernel: [3, 3] }, padded: true },
  { sample: { batch: 8, size: [9, 9], channels: 8, kernel: [5, 5] }, padded: true },
] as const)('a depthwise convolution of $sample', ({ sample, padded }) => {
  test.each([meeting4, lanes8])('is what it is for the reference, $lanes lanes', async (target) => {
    const { program, parameters } = depthwise(sample);
    const expected = await runProgram(await referenceBackend.create({ threads: 1 }), program, parameters);
    const received = await runProgram(await interpreterBackend(target).create({ threads: 1 }), program, parameters);
    received.outputs.forEach((output, i) =>
      expect(differenceOf(output, expected.outputs[i]!, { ofLargest: 1e-5 })).toBeUndefined(),
    );
  });

  test(padded ? 'has padded copies' : 'has but the copy for its kernel', () => {
    const copies = paddedCopies(depthwise(sample));
    if (padded) expect(copies).toBeGreaterThan(1);
    else expect(copies).toBe(1);
  });
});

test('the gradient to the kernel of much data, which is shared out by samples, has no padded copy', async () => {
  const { program, parameters } = depthwise({ batch: 8, size: [33, 32], channels: 64, kernel: [3, 3] });
  const expected = await runProgram(await referenceBackend.create({ threads: 1 }), program, parameters);
  const received = await runProgram(await interpreterBackend(lanes8).create({ threads: 1 }), program, parameters);
  received.outputs.forEach((output, i) =>
    expect(differenceOf(output, expected.outputs[i]!, { ofLargest: 1e-5 })).toBeUndefined(),
  );
  expect(paddedCopies({ program, parameters })).toBe(0);
});

test('zeros around a small image are left out where they are a tenth of all products', async () => {
  const copies = async (size: number, target: typeof lanes8): Promise<string[]> => {
    const random = new RandomStream(6);
    const builder = new ProgramBuilder();
    const x = builder.add(randomArray(random, 'float32', [8, size, size, 8]));
    const weights = builder.add(randomArray(random, 'float32', [3, 3, 8, 8]));
    const y = conv2d(x, weights, { padding: 'valid' });
    const upstream = builder.add(randomArray(random, 'float32', y.shape));
    const { program, parameters } = builder.finish(gradients(y, [x], upstream));
    const expected = await runProgram(await referenceBackend.create({ threads: 1 }), program, parameters);
    const received = await runProgram(await interpreterBackend(target).create({ threads: 1 }), program, parameters);
    expect(differenceOf(received.outputs[0]!, expected.outputs[0]!, { ofLargest: 1e-5 })).toBeUndefined();
    const padded = compileProgram(program, target).buffers.filter(({ name }) => name.startsWith('pad'));
    const samples = (place: KernelBuffer['place']): number => (place.kind === 'local' ? 1 : 8);
    return padded.map(({ length, place }) => `${length / samples(place) / 8}`);
  };
  // Of 7 rows 5 are there, of 7 columns with zeros 9; around 24 rows zeros are few.
  for (const target of [meeting4, lanes8]) {
    expect(await copies(7, target)).toEqual([`${5 * 9}`]);
    expect(await copies(24, target)).toEqual([`${26 * 26}`]);
  }
});

test('a 3x3 convolution over 7 rows of many channels multiplies no rows of zeros', () => {
  const rowsOf = (size: number, channels: number): number[] => {
    const random = new RandomStream(6);
    const builder = new ProgramBuilder();
    const x = builder.add(randomArray(random, 'float32', [8, size, size, channels]));
    const weights = builder.add(randomArray(random, 'float32', [3, 3, channels, 64]));
    const { program } = builder.finish([conv2d(x, weights, { padding: 'same' })]);
    const padded = compileProgram(program, lanes8).buffers.filter(({ name }) => name.startsWith('pad'));
    return padded.map(({ length, place }) => length / (place.kind === 'local' ? 1 : 8) / channels / (size + 2));
  };
  expect(rowsOf(7, 256)).toEqual([7]);
  // Of 14 rows, or of so long a sum, all is copied.
  expect(rowsOf(14, 256)).toEqual([16]);
  expect(rowsOf(7, 1024)).toEqual([9]);
});
