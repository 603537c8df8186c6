// Looks through labels before training, so that what would spoil it is an error at once and not a loss of NaN in the end.
import { DataError } from '../../base/errors.js';
import { sizeOf } from '../../base/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Loss } from '../losses/loss.js';

/**
 * Checks labels against what the loss takes; `outputShape` is [B, ...] of the model's output.
 * @throws DataError for a label that stands for no class, with its index
 */
export async function checkLabels(
  what: string,
  y: Tensor,
  loss: Pick<Loss, 'labels' | 'className'>,
  outputShape: readonly number[],
): Promise<void> {
  const isBinary = loss.className === 'BinaryCrossentropy';
  if (loss.labels !== 'classIndex' && !isBinary) return;
  const classes = outputShape.at(-1)!;
  const highest = isBinary ? 1 : classes - 1;
  const array = await y.realize();
  const { data } = array;
  const isInside = (label: number): boolean => label >= 0 && label <= highest && (isBinary || Number.isInteger(label));
  for (let index = 0; index < data.length; index++)
    if (!isInside(data[index]!)) {
      const expected = isBinary
        ? 'labels from 0 to 1, for binary cross-entropy'
        : `class numbers from 0 to ${highest}, since the model's last layer has ${classes} outputs`;
      const row = Math.floor(index / sizeOf(array.shape.slice(1)));
      throw new DataError(`${what}: expected ${expected}, received ${data[index]} at sample ${row}.`);
    }
}
