import type { NDArray } from 'nacre';
import { describe, expect, test } from 'vitest';
import { drawJudged } from './picture.js';

const image: NDArray = { dtype: 'uint8', shape: [28, 28], data: new Uint8Array(28 * 28).fill(255, 0, 56) };
const probabilities = [0.01, 0.02, 0.9, 0.03, 0, 0.04, 0, 0, 0, 0];

describe('the drawing of a judged image', () => {
  test('shows image, prediction and true label side by side', () => {
    const lines = drawJudged({ image, index: 17, label: 2, probabilities }, 'none').split('\n');
    expect(lines).toHaveLength(14);
    expect(lines[0]).toBe(`  ${'█'.repeat(28)}   test image 17`);
    expect(lines[1]!.trim()).toBe('prediction: 2 (90.0%)');
    expect(lines[2]!.trim()).toBe('true label: 2');
    expect(lines[4]!.trim()).toBe('0   1.0%');
    expect(lines[6]!.trim()).toBe(`2  90.0% ${'█'.repeat(18)}`);
    expect(lines[13]!.trim()).toBe('9   0.0%');
  });

  test('says when the prediction is wrong', () => {
    expect(drawJudged({ image, index: 0, label: 7, probabilities }, 'none')).toContain(
      'true label: 7, so the prediction is wrong',
    );
  });

  test('uses colours where the terminal has them', () => {
    expect(drawJudged({ image, index: 0, label: 2, probabilities }, '24bit')).toContain('\u001b[38;2;255;255;255;');
  });
});
