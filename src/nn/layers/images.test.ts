// What convolution and pooling layers refuse, and the output shapes they announce.
import { describe, expect, test } from 'vitest';
import { ShapeError, ValueError } from '../../base/errors.js';
import { conv2d } from './conv2d.js';
import { averagePooling2d, maxPooling2d } from './pooling2d.js';

describe('conv2d', () => {
  test('announces sizes as far as the input is known', () => {
    const layer = conv2d({ filters: 8, kernelSize: 3, strides: 2 });
    expect(layer.computeOutputShape([null, 28, 28, 1])).toEqual([null, 13, 13, 8]);
    expect(layer.computeOutputShape([null, null, 28, 1])).toEqual([null, null, 13, 8]);
    expect(
      conv2d({ filters: 8, kernelSize: 3, padding: 'same', strides: 2 }).computeOutputShape([null, 27, 28, 1]),
    ).toEqual([null, 14, 14, 8]);
  });

  test('refuses inputs that are no images, with the remedy for grey ones', () => {
    const layer = conv2d({ filters: 8, kernelSize: 3, name: 'c' });
    expect(() => layer.computeOutputShape([null, 784])).toThrow(ShapeError);
    expect(() => layer.computeOutputShape([null, 28, 28])).toThrow(
      'Conv2D "c": expected images [B, height, width, channels], received shape [null, 28, 28]. Grey images need an axis of one channel at the end.',
    );
    expect(() => layer.computeOutputShape([null, 2, 28, 1])).toThrow(
      `Conv2D "c": a window of 3 does not fit into an axis of 2. Use a smaller window, or padding 'same'.`,
    );
    layer.ensureBuilt([null, 28, 28, 1]);
    expect(() => layer.computeOutputShape([null, 28, 28, 3])).toThrow(
      'Conv2D "c": expected 1 channels, received shape [null, 28, 28, 3].',
    );
    expect(() => conv2d({ filters: 4, kernelSize: 1, groups: 2 }).computeOutputShape([null, 5, 5, 3])).toThrow(
      'expected a number of channels that 2 groups divide',
    );
  });

  test('refuses options that mean nothing', () => {
    expect(() => conv2d({ filters: 0, kernelSize: 3 })).toThrow('layers.conv2d: filters');
    expect(() => conv2d({ filters: 1 } as never)).toThrow('layers.conv2d: kernelSize');
    expect(() => conv2d({ filters: 1, kernelSize: [3, 3, 3] as never })).toThrow('received [3,3,3]');
    expect(() => conv2d({ filters: 3, kernelSize: 3, groups: 2 })).toThrow(
      'expected filters to be a multiple of groups',
    );
    expect(() => conv2d({ filters: 1, kernelSize: 3, strides: 2, dilationRate: 2 })).toThrow(ValueError);
    expect(() => conv2d({ filters: 1, kernelSize: 3, padding: 'causal' })).toThrow(
      "Unknown padding of layers.conv2d 'causal'. Known: valid, same.",
    );
    expect(() => conv2d({ filters: 1, kernelSize: 3, dataFormat: 'channels_first' })).toThrow(
      "layers.conv2d: expected dataFormat 'channelsLast' ([B, H, W, C]), received 'channels_first'. Move the channels to the end with x.transpose([0, 2, 3, 1]).",
    );
  });
});

describe('pooling', () => {
  test('moves by the size of its window when no strides are given', () => {
    expect(maxPooling2d().computeOutputShape([null, 26, 27, 32])).toEqual([null, 13, 13, 32]);
    expect(averagePooling2d({ poolSize: [2, 3], padding: 'same' }).computeOutputShape([null, 5, 7, 2])).toEqual([
      null,
      3,
      3,
      2,
    ]);
  });

  test('refuses what does not fit', () => {
    expect(() => maxPooling2d({ name: 'p' }).computeOutputShape([null, 1, 4, 2])).toThrow(
      'MaxPooling2D "p": a window of 2 does not fit into an axis of 1.',
    );
    expect(() => averagePooling2d().computeOutputShape([null, 4, 4])).toThrow('expected images');
    expect(() => maxPooling2d({ poolsize: 2 } as never)).toThrow("Did you mean 'poolSize'?");
    expect(() => maxPooling2d({ poolSize: 0 })).toThrow('layers.maxPooling2d: poolSize');
  });
});
