import { expect, test } from 'vitest';
import { lookUp } from './lookup.js';

const table = { glorotUniform: 1, l1l2: 2, maxPooling2d: 3 };

test.each(['glorotUniform', 'glorot_uniform', 'GlorotUniform'])('%s is glorotUniform', (name) => {
  expect(lookUp('initializer', name, table)).toEqual({ key: 'glorotUniform', value: 1 });
});

test.each([
  ['l1_l2', 'l1l2'],
  ['L1L2', 'l1l2'],
  ['MaxPooling2D', 'maxPooling2d'],
])('%s is %s', (name, key) => {
  expect(lookUp('thing', name, table).key).toBe(key);
});

test('an alias leads to its entry', () => {
  expect(lookUp('thing', 'Glorot', table, { glorot: 'glorotUniform' }).value).toBe(1);
});

test('an unknown name is an error with the nearest one and the list', () => {
  expect(() => lookUp('initializer', 'glorotUnifrom', table)).toThrow(
    "Unknown initializer 'glorotUnifrom'. Did you mean 'glorotUniform'? Known: glorotUniform, l1l2, maxPooling2d.",
  );
});

test('a property that every object has is not an entry', () => {
  expect(() => lookUp('initializer', 'toString', table)).toThrow("Unknown initializer 'toString'");
});
