// What layers over images share: pairs of sizes, padding, the place of the channels, the size of what comes out.
import { ShapeError, ValueError } from '../../base/errors.js';
import { formatShape } from '../../base/shape.js';
import type { Padding } from '../../tensor/ops/convolution.js';
import { lookUp, type Spelling } from '../lookup.js';
import type { PartialShape } from './layer.js';

export type PaddingOption = Spelling<Padding>;
export type DataFormatOption = Spelling<'channelsLast'>;

const paddings = { valid: 'valid', same: 'same' } as const;
const dataFormats = { channelsLast: true, channelsFirst: false } as const;

/** `valid` or `same`; `valid` when left out. @throws ValueError otherwise */
export function paddingOf(option: PaddingOption | undefined, what: string): Padding {
  if (option !== undefined && typeof option !== 'string')
    throw new ValueError(`${what}: expected padding 'valid' or 'same', received ${typeof option}.`);
  return lookUp<Padding>(`padding of ${what}`, option ?? 'valid', paddings).value;
}

/** @throws ValueError unless the channels come last */
export function checkDataFormat(option: DataFormatOption | null | undefined, what: string): void {
  if (option == null) return;
  if (!lookUp(`dataFormat of ${what}`, option, dataFormats).value)
    throw new ValueError(
      `${what}: expected dataFormat 'channelsLast' ([B, H, W, C]), received '${option}'. Move the channels to the end with x.transpose([0, 2, 3, 1]).`,
    );
}

/** @throws ShapeError unless the inputs are images [B, H, W, C] with a known number of channels */
export function checkImages(inputShape: PartialShape, layer: string): void {
  if (inputShape.length === 4 && inputShape[3] !== null) return;
  const remedy = inputShape.length === 3 ? ' Grey images need an axis of one channel at the end.' : '';
  throw new ShapeError(
    `${layer}: expected images [B, height, width, channels], received shape ${formatShape(inputShape)}.${remedy}`,
  );
}

/** The number of windows along an axis; null stays null. @throws ShapeError if not one fits */
export function windowsAlong(
  length: number | null,
  window: { readonly size: number; readonly stride: number; readonly dilation: number; readonly padding: Padding },
  layer: string,
): number | null {
  if (length === null) return null;
  if (window.padding === 'same') return Math.ceil(length / window.stride);
  const span = (window.size - 1) * window.dilation + 1;
  if (length > 0 && length < span)
    throw new ShapeError(
      `${layer}: a window of ${span} does not fit into an axis of ${length}. Use a smaller window, or padding 'same'.`,
    );
  return Math.max(0, Math.floor((length - span) / window.stride) + 1);
}
