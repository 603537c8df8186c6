// Finds which padding of Nacre's, 'valid' or 'same', puts windows where an ONNX node puts them.
import { attributesOf } from './constants.js';
import { Uncovered } from './layer-chain.js';
import type { OnnxNode } from '../../../formats/onnx/model.js';
import { samePads, spanOf, windowsAlong, type Window } from './windows.js';

/** What is added to an axis before and after. */
export type Pads = readonly [before: number, after: number];

export interface FittedWindows {
  readonly padding: 'valid' | 'same';
  /** Zeros to be put before and after a kernel along each axis, so that 'same' puts its windows where they are wanted. */
  readonly grow: readonly [Pads, Pads];
  /** The number of windows along each axis. */
  readonly counts: readonly [number | null, number | null];
  readonly isPadded: boolean;
}

const none: Pads = [0, 0];

/** More would cost more than the convolution. */
const mostGrowth = 16;

/** The windows of a node over an image of these sizes. */
export function windowsOfNode(node: OnnxNode, kernel: readonly number[]): readonly [Window, Window] {
  const attributes = attributesOf(node);
  const strides = attributes.numbers('strides') ?? [1, 1];
  const dilations = attributes.numbers('dilations') ?? [1, 1];
  const window = (axis: 0 | 1): Window => ({
    size: kernel[axis] ?? 0,
    stride: strides[axis] ?? 0,
    dilation: dilations[axis] ?? 0,
  });
  const windows = [window(0), window(1)] as const;
  const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  if (kernel.length !== 2 || windows.some((each) => !Object.values(each).every(isWhole as (value: unknown) => boolean)))
    throw new Uncovered('Nacre has windows over two axes only');
  return windows;
}

/** What a node adds around an image; 'same' where it says so itself. */
export function padsOfNode(
  node: OnnxNode,
  sizes: readonly (number | null)[],
  windows: readonly Window[],
): readonly Pads[] | 'same' {
  const attributes = attributesOf(node);
  const auto = attributes.text('auto_pad', 'NOTSET');
  if (auto === 'VALID') return [none, none];
  if (auto === 'SAME_UPPER') return 'same';
  if (auto === 'SAME_LOWER')
    return windows.map((window, axis) => {
      const pads = samePads(sizes[axis]!, window);
      if (!pads) throw new Uncovered(`its padding ${auto} depends on the size of the image, which is not known`);
      return [pads[1], pads[0]];
    });
  const pads = attributes.numbers('pads') ?? [0, 0, 0, 0];
  return [
    [pads[0] ?? 0, pads[2] ?? 0],
    [pads[1] ?? 0, pads[3] ?? 0],
  ];
}

/**
 * @param mayGrow whether the kernel may get zeros at its edges
 * @throws Uncovered if neither padding does it
 */
export function fitWindows(
  sizes: readonly (number | null)[],
  windows: readonly [Window, Window],
  pads: readonly Pads[] | 'same',
  mayGrow: boolean,
): FittedWindows {
  if (pads === 'same') {
    const along = (axis: 0 | 1): number | null => sizes[axis]! && Math.ceil(sizes[axis] / windows[axis].stride);
    return { padding: 'same', grow: [none, none], counts: [along(0), along(1)], isPadded: true };
  }
  const counts = ([0, 1] as const).map((axis) => {
    const [before, after] = pads[axis]!;
    return windowsAlong(sizes[axis]!, windows[axis], before + after);
  }) as [number | null, number | null];
  if (counts.some((count) => count !== null && count < 1))
    throw new Uncovered(`its windows do not fit into images of ${sizes.join(' x ')}`);
  const isPadded = pads.some(([before, after]) => before !== 0 || after !== 0);
  if (!isPadded) return { padding: 'valid', grow: [none, none], counts, isPadded };
  const grown = ([0, 1] as const).map((axis) => growthFor(sizes[axis]!, windows[axis], pads[axis]!, mayGrow));
  const [rows, columns] = grown;
  if (!rows || !columns)
    throw new Uncovered(
      `its padding [${pads.flat().join(', ')}] (before and after each axis) is neither Keras's 'valid' nor 'same' for images of ${sizes.map((size) => size ?? 'unknown').join(' x ')}`,
    );
  return { padding: 'same', grow: [rows, columns], counts, isPadded };
}

/** How many zeros before and after the kernel make padding 'same' begin where it should; undefined if none do. */
function growthFor(size: number | null, window: Window, [before, after]: Pads, mayGrow: boolean): Pads | undefined {
  const count = windowsAlong(size, window, before + after);
  if (size === null) {
    const pads = samePads(null, window);
    return pads && pads[0] === before && pads[1] === after ? none : undefined;
  }
  if (count !== Math.ceil(size / window.stride)) return undefined;
  const most = mayGrow && window.dilation === 1 ? Math.min(window.stride + spanOf(window), mostGrowth) : 0;
  for (let total = 0; total <= most; total++)
    for (let first = 0; first <= total; first++) {
      const pads = samePads(size, { ...window, size: window.size + total });
      // Zeros reach where nothing is; only where windows begin counts.
      if (pads?.[0] === before + first) return [first, total - first];
    }
  return undefined;
}
