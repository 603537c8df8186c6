import { expect, test } from 'vitest';
import { ValueError } from '../base/errors.js';
import { checkBoolean, checkNumber, checkWhole, hasMethod, show } from './check.js';

test('whole numbers pass, and nothing else', () => {
  expect(checkWhole(3, 'units')).toBe(3);
  expect(checkWhole(0, 'units', 0)).toBe(0);
  for (const value of [0, 1.5, NaN, Infinity, '3', undefined])
    expect(() => checkWhole(value, 'units')).toThrow(ValueError);
  expect(() => checkWhole('3', 'layers.dense: units')).toThrow(
    "layers.dense: units: expected a whole number of at least 1, received '3'.",
  );
});

test('numbers pass within their range', () => {
  expect(checkNumber(0.5, 'rate', 0, 1)).toBe(0.5);
  expect(() => checkNumber(1.5, 'rate', 0, 1)).toThrow('rate: expected a number from 0 to 1, received 1.5.');
  expect(() => checkNumber(-1, 'epsilon', 0)).toThrow('expected a finite number of at least 0, received -1');
  expect(() => checkNumber(NaN, 'value')).toThrow('value: expected a finite number, received NaN.');
});

test('true and false pass', () => {
  expect(checkBoolean(false, 'useBias')).toBe(false);
  expect(() => checkBoolean('no', 'useBias')).toThrow("useBias: expected true or false, received 'no'.");
});

test('objects are told by their methods', () => {
  expect(hasMethod({ create: () => 1 }, 'create')).toBe(true);
  for (const value of [null, undefined, 3, 'create', { create: 1 }]) expect(hasMethod(value, 'create')).toBe(false);
});

test('any value can be shown', () => {
  expect([show([1, null]), show({ a: 1 }), show({}), show(null), show(() => 1)]).toEqual([
    '[1,null]',
    'an object with a',
    'an object with no keys',
    'null',
    'a function',
  ]);
});
