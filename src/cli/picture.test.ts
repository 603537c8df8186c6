import { describe, expect, test } from 'vitest';
import type { NDArray } from '../api.js';
import { drawGuesses, mostProbable } from './picture.js';
import { probabilitiesOf } from './predict.js';

const image = (height: number, width: number, channels = 1): NDArray => ({
  dtype: 'uint8',
  shape: [height, width, channels],
  data: new Uint8Array(height * width * channels).fill(255),
});
const guesses = [
  { name: 'seven', probability: 0.9 },
  { name: '1', probability: 0.1 },
];

describe('the drawing of guesses', () => {
  test('stands beside the middle of the picture', () => {
    const lines = drawGuesses(image(12, 5), guesses, 'none').split('\n');
    expect(lines).toEqual([
      '  █████',
      '  █████',
      '  █████   seven  90.0% ██████████████████',
      '  █████   1      10.0% ██',
      '  █████',
      '  █████',
    ]);
  });

  test('may be longer than the picture', () => {
    expect(drawGuesses(image(2, 2), guesses, 'none').split('\n')).toEqual([
      '  ██   seven  90.0% ██████████████████',
      '       1      10.0% ██',
    ]);
  });

  test('makes a large picture small, in its proportions, and a coloured one grey', () => {
    const lines = drawGuesses(image(300, 600, 3), guesses, 'none').split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe(`  ${'█'.repeat(40)}`);
  });

  test('uses colours where the terminal has them', () => {
    expect(drawGuesses(image(2, 2), guesses, '24bit')).toContain('\u001b[38;2;255;255;255;');
  });
});

test('the most probable classes come first, and of equal ones the first', () => {
  expect(mostProbable([0.2, 0.3, 0.3, 0.2], ['a', 'b', 'c', 'd'], 3)).toEqual([
    { name: 'b', probability: 0.3 },
    { name: 'c', probability: 0.3 },
    { name: 'a', probability: 0.2 },
  ]);
});

describe('probabilitiesOf', () => {
  test.each([
    [
      [0.25, 0.75],
      [0.25, 0.75],
    ],
    [
      [0, Math.log(3)],
      [0.25, 0.75],
    ],
    [
      [1000, 1000],
      [0.5, 0.5],
    ],
    [
      [-5, -5, -5, -5],
      [0.25, 0.25, 0.25, 0.25],
    ],
    [
      [0.9, 0.9],
      [0.5, 0.5],
    ],
    [[0.2], [0.8, 0.2]],
    [[-Math.log(3)], [0.75, 0.25]],
  ])('of %j are %j', (output, expected) => {
    const found = probabilitiesOf(output);
    expect(found).toHaveLength(expected.length);
    found.forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 6));
  });
});
