import { describe, expect, test } from 'vitest';
import { errors, layers, losses, sequential, type Sequential } from '../node.js';
import { compileIfNeeded, formOf } from './model-form.js';
import { preparationFor } from './prepare-image.js';

const flat = (units: number, pixels = 784): Sequential => sequential([layers.dense({ units, inputShape: [pixels] })]);
const grid = (inputShape: number[]): Sequential =>
  sequential([layers.flatten({ inputShape }), layers.dense({ units: 5 })]);

describe('formOf', () => {
  test.each([
    [[28, 28], { height: 28, width: 28, channels: 1 }],
    [[20, 30, 1], { height: 20, width: 30, channels: 1 }],
    [[20, 30, 3], { height: 20, width: 30, channels: 3 }],
    [[20, 30, 4], { height: 20, width: 30, channels: 4 }],
    [[784], { height: 28, width: 28, channels: 1 }],
    [[3072], { height: 32, width: 32, channels: 3 }],
  ])('reads inputs of %j', (inputShape, image) => {
    const model = inputShape.length === 1 ? flat(5, inputShape[0]) : grid(inputShape);
    expect(formOf(model, 'm')).toMatchObject({ ...image, inputShape, classes: 5 });
  });

  test('knows of pixels in a row what the file remembers', () => {
    const known = { height: 14, width: 56, channels: 1, classes: 10 };
    expect(formOf(flat(10), 'm', known)).toMatchObject({ height: 14, width: 56, channels: 1 });
    expect(formOf(flat(10), 'm', { ...known, width: 57 })).toMatchObject({ height: 28, width: 28 });
  });

  test.each([
    ['sparseCategoricalCrossentropy', 10, 'index'],
    ['sparse_categorical_crossentropy', 10, 'index'],
    [losses.sparseCategoricalCrossentropy({ fromLogits: true }), 10, 'index'],
    ['categoricalCrossentropy', 10, 'oneHot'],
    [losses.categoricalCrossentropy(), 10, 'oneHot'],
    ['meanSquaredError', 10, 'oneHot'],
    ['binaryCrossentropy', 1, 'binary'],
  ] as const)('takes labels as the loss does: %o over %i outputs', (loss, units, labels) => {
    const model = flat(units);
    model.compile({ loss });
    expect(formOf(model, 'm')).toMatchObject({ labels, classes: Math.max(2, units) });
  });

  test('refuses what is no classifier of images', () => {
    expect(() => formOf(flat(3, 7), 'm')).toThrow(errors.DataError);
    expect(() => formOf(grid([4, 4, 2]), 'm')).toThrow('its input is [samples, 4, 4, 2]');
    const image = sequential([layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1] })]);
    expect(() => formOf(image, 'm')).toThrow('its output is [samples, 6, 6, 2]');
  });
});

describe('compileIfNeeded', () => {
  test.each([
    ['softmax', 4, 'SparseCategoricalCrossentropy', false],
    ['linear', 4, 'SparseCategoricalCrossentropy', true],
    ['sigmoid', 1, 'BinaryCrossentropy', false],
    ['linear', 1, 'BinaryCrossentropy', true],
  ])('finds the loss for %s over %i outputs', (activation, units, className, fromLogits) => {
    const model = sequential([layers.dense({ units, activation, inputShape: [9] })]);
    compileIfNeeded(model);
    const { loss } = model.describe().compile_config as { loss: { class_name: string; config: object } };
    expect(loss).toMatchObject({ class_name: className, config: { from_logits: fromLogits } });
  });

  test('leaves what is compiled', () => {
    const model = flat(3);
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    compileIfNeeded(model);
    expect(model.optimizer?.className).toBe('SGD');
  });
});

test('images are prepared as those that the model was trained on', () => {
  const mnist = { height: 28, width: 28, channels: 1, classes: 10 };
  const classNames: string[] = [];
  expect(preparationFor(mnist, undefined)).toBe('digit');
  expect(preparationFor({ ...mnist, classes: 26 }, undefined)).toBe('resize');
  expect(preparationFor({ ...mnist, height: 32 }, undefined)).toBe('resize');
  expect(preparationFor(mnist, { ...mnist, source: 'folder', classNames })).toBe('resize');
  expect(preparationFor({ ...mnist, height: 32 }, { ...mnist, source: 'mnist', classNames })).toBe('digit');
});
