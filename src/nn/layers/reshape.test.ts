import { describe, expect, test } from 'vitest';
import { flatten } from './flatten.js';
import { reshape } from './reshape.js';
import { activation } from './activation.js';

describe('flatten', () => {
  test('knows its output shape as far as the input is known', () => {
    expect(flatten().computeOutputShape([null, 28, 28])).toEqual([null, 784]);
    expect(flatten().computeOutputShape([null, null, 28])).toEqual([null, null]);
    expect(flatten().computeOutputShape([5])).toEqual([5, 1]);
    expect(() => flatten().computeOutputShape([])).toThrow('expected inputs with a batch axis');
  });

  test('takes channelsLast alone', () => {
    expect(flatten({ dataFormat: 'channels_last' }).className).toBe('Flatten');
    expect(() => flatten({ dataFormat: 'channelsFirst' })).toThrow(
      "layers.flatten: expected dataFormat 'channelsLast' ([B, H, W, C]), received 'channelsFirst'.",
    );
    expect(() => flatten({ dataFormat: 'channelLast' })).toThrow("Did you mean 'channelsLast'?");
  });
});

describe('reshape', () => {
  test('fills in the one size that is left open', () => {
    expect(reshape({ targetShape: [2, -1] }).computeOutputShape([null, 6])).toEqual([null, 2, 3]);
    expect(reshape({ targetShape: [2, -1] }).computeOutputShape([null, null])).toEqual([null, 2, null]);
  });

  test('refuses samples that do not fill the shape', () => {
    expect(() => reshape({ targetShape: [2, 2], name: 'r' }).computeOutputShape([null, 6])).toThrow(
      'Reshape "r": the 6 elements of a sample [6] do not fill shape [2, 2].',
    );
    expect(() => reshape({ targetShape: [4, -1] }).computeOutputShape([null, 6])).toThrow('do not fill');
  });

  test('refuses what is no shape', () => {
    for (const targetShape of [[-1, -1], [1.5], 6, undefined, [-2]])
      expect(() => reshape({ targetShape } as never)).toThrow('layers.reshape: expected targetShape as a list');
  });
});

test('an activation layer needs an activation', () => {
  expect(() => activation({} as never)).toThrow('layers.activation: expected an activation');
});
