// Checks which name is suggested for a slip, and what the errors say.
import { describe, expect, test } from 'vitest';
import { ValueError } from './errors.js';
import { camelCase, editDistance, nearest, rejectUnknownOptions, unknownName } from './suggest.js';

const losses = ['meanSquaredError', 'meanAbsoluteError', 'binaryCrossentropy', 'sparseCategoricalCrossentropy'];

describe('editDistance', () => {
  test.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['relu', 'relu', 0],
    ['relu', 'rlu', 1],
    ['relu', 'rel u', 1],
    ['relu', 'ralu', 1],
    ['relu', 'rleu', 2],
    ['kitten', 'sitting', 3],
    ['adam', 'sgd', 4],
  ])('from %j to %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('nearest', () => {
  test.each([
    ['meanSquareError', 'meanSquaredError'],
    ['mean_squared_error', 'meanSquaredError'],
    ['MeanSquaredError', 'meanSquaredError'],
    ['sparseCategoricalCrossEntropy', 'sparseCategoricalCrossentropy'],
    ['categoricalCrossentropy', 'sparseCategoricalCrossentropy'],
    ['binary-crossentropy', 'binaryCrossentropy'],
  ])('%s is near %s', (name, expected) => {
    expect(nearest(name, losses)).toBe(expected);
  });

  test('prefers the nearer of two, and the first of two equally near', () => {
    expect(nearest('unit', ['units', 'unity', 'unit'])).toBe('unit');
    expect(nearest('unit', ['units', 'unity'])).toBe('units');
  });

  test('finds nothing where no name is a likely slip', () => {
    expect(nearest('hinge', losses)).toBeUndefined();
    expect(nearest('adam', [])).toBeUndefined();
    expect(nearest('x', ['activation'])).toBeUndefined();
  });
});

describe('unknownName', () => {
  test('names the nearest and lists all', () => {
    const error = unknownName('activation', 'rleu', ['relu', 'tanh']);
    expect(error).toBeInstanceOf(ValueError);
    expect(error.message).toBe("Unknown activation 'rleu'. Did you mean 'relu'? Known: relu, tanh.");
  });

  test('makes no guess where none is near', () => {
    expect(unknownName('loss', 'hinge', losses).message).toBe(`Unknown loss 'hinge'. Known: ${losses.join(', ')}.`);
  });
});

describe('rejectUnknownOptions', () => {
  test('accepts known options, all or none of them', () => {
    expect(() => rejectUnknownOptions('dense', {}, ['units'])).not.toThrow();
    expect(() => rejectUnknownOptions('dense', { units: 3, useBias: undefined }, ['units', 'useBias'])).not.toThrow();
  });

  test('rejects an unknown one, with the nearest and the list', () => {
    const call = (): void => rejectUnknownOptions('dense', { units: 3, activaton: 'relu' }, ['units', 'activation']);
    expect(call).toThrow(ValueError);
    expect(call).toThrow("Unknown option of dense 'activaton'. Did you mean 'activation'? Known: units, activation.");
  });
});

describe('camelCase', () => {
  test.each([
    ['sparse_categorical_crossentropy', 'sparseCategoricalCrossentropy'],
    ['sparseCategoricalCrossentropy', 'sparseCategoricalCrossentropy'],
    ['max_pooling2d', 'maxPooling2d'],
    ['l1_l2', 'l1L2'],
    ['beta_1', 'beta1'],
    ['adam', 'adam'],
    ['', ''],
  ])('of %j is %j', (name, expected) => {
    expect(camelCase(name)).toBe(expected);
  });
});
