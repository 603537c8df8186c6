// Windows over an axis of an image: how many there are, and what 'same' adds at either side.

export interface Window {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
}

/** How many elements a window spans. */
export const spanOf = ({ size, dilation }: Window): number => (size - 1) * dilation + 1;

/**
 * What padding 'same' adds before and after an axis: as many windows as the axis has elements / stride, what is odd at
 * the end. Undefined where that depends on a length that is not known.
 */
export function samePads(length: number | null, window: Window): readonly [before: number, after: number] | undefined {
  if (length === null && window.stride > 1) return undefined;
  // With a stride of 1 it is the same for every length.
  const known = length ?? 1;
  const total = Math.max((Math.ceil(known / window.stride) - 1) * window.stride + spanOf(window) - known, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** The number of windows along an axis with `padding` elements added to it; null stays null. */
export function windowsAlong(length: number | null, window: Window, padding: number): number | null {
  return length === null ? null : Math.floor((length + padding - spanOf(window)) / window.stride) + 1;
}
