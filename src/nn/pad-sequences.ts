// Lists of different lengths as one tensor.
import { allocate, dtypes, type DType } from '../base/dtype.js';
import { ShapeError, ValueError } from '../base/errors.js';
import { fromNested, type NestedArray } from '../base/ndarray.js';
import { formatShape, sameShape, sizeOf } from '../base/shape.js';
import { rejectUnknownOptions, unknownName } from '../base/suggest.js';
import { fromNDArray } from '../tensor/creation.js';
import type { Tensor } from '../tensor/tensor.js';

/** Which end of a sequence something happens to. */
export type SequenceEnd = 'pre' | 'post';

/** Names and defaults are those of Keras's `pad_sequences`. */
export interface PadSequencesOptions {
  /** The length that all get; that of the longest unless given. */
  readonly maxlen?: number | null | undefined;
  /** int32 unless given. */
  readonly dtype?: DType | undefined;
  /** Whether shorter ones are filled up in front (`pre`, unless given) or behind. */
  readonly padding?: SequenceEnd | undefined;
  /** Whether longer ones lose their beginning (`pre`, unless given) or their end. */
  readonly truncating?: SequenceEnd | undefined;
  /** What they are filled up with; 0 unless given. */
  readonly value?: number | undefined;
}

const optionNames = [
  'maxlen',
  'dtype',
  'padding',
  'truncating',
  'value',
] as const satisfies readonly (keyof PadSequencesOptions)[];
const ends: readonly string[] = ['pre', 'post'];

/** A sequence of numbers, or of equally long lists of them. */
export type Sequence = readonly NestedArray[] | Int32Array | Float32Array | Float64Array | Uint8Array;

/**
 * Sequences of different lengths as a tensor [N, maxlen], or [N, maxlen, ...] where their elements are lists.
 *
 * ```ts
 * utils.padSequences([[1], [2, 3], [4, 5, 6]]); // [[0, 0, 1], [0, 2, 3], [4, 5, 6]]
 * ```
 * @throws ShapeError where elements of sequences differ in shape
 * @throws ValueError for what is no list of sequences, and for an unknown option
 */
export function padSequences(sequences: readonly Sequence[], options: PadSequencesOptions = {}): Tensor {
  rejectUnknownOptions('padSequences', options, optionNames);
  const { maxlen, dtype = 'int32', padding = 'pre', truncating = 'pre', value = 0 } = options;
  if (!dtypes.includes(dtype)) throw unknownName('dtype', dtype, dtypes);
  for (const [name, end] of [
    ['padding', padding],
    ['truncating', truncating],
  ] as const)
    if (!ends.includes(end)) throw unknownName(name, end, ends);
  if (maxlen !== undefined && maxlen !== null && !(Number.isSafeInteger(maxlen) && maxlen > 0))
    throw new ValueError(`padSequences: expected maxlen to be a whole number above 0, received ${maxlen}.`);
  if (typeof value !== 'number')
    throw new ValueError(`padSequences: expected value to be a number, received ${typeof value}.`);
  if (!isList(sequences))
    throw new ValueError('padSequences: expected a list of sequences, such as [[1], [2, 3]], received none.');
  const position = sequences.findIndex((each: unknown) => !isList(each) && !ArrayBuffer.isView(each));
  if (position !== -1)
    throw new ValueError(
      `padSequences: expected a list of sequences, received ${String(sequences[position])} at ${position}.`,
    );

  const length = maxlen ?? sequences.reduce((longest, sequence) => Math.max(longest, sequence.length), 0);
  const first = sequences.find((sequence) => sequence.length > 0);
  const elementShape = first !== undefined && isNested(first) ? fromNested(first).shape.slice(1) : [];
  const elementSize = sizeOf(elementShape);
  const data = allocate(dtype, sequences.length * length * elementSize).fill(value);
  for (const [row, sequence] of sequences.entries()) {
    if (sequence.length === 0) continue;
    const start = truncating === 'pre' ? Math.max(0, sequence.length - length) : 0;
    const kept = sequence.slice(start, start + length);
    const before = padding === 'pre' ? length - kept.length : 0;
    const numbers = isNested(kept) ? elementsOf(kept, row, elementShape, dtype) : kept;
    data.set(numbers, (row * length + before) * elementSize);
  }
  return fromNDArray({ dtype, shape: [sequences.length, length, ...elementShape], data });
}

// Array.isArray alone makes `any` of a readonly list.
const isList = (value: unknown): boolean => Array.isArray(value);
const isNested = (sequence: Sequence): sequence is readonly NestedArray[] => Array.isArray(sequence);

function elementsOf(
  sequence: readonly NestedArray[],
  row: number,
  elementShape: readonly number[],
  dtype: DType,
): ArrayLike<number> {
  const array = fromNested(sequence, dtype);
  const shape = array.shape.slice(1);
  if (!sameShape(shape, elementShape))
    throw new ShapeError(
      `padSequences: expected elements of shape ${formatShape(elementShape)} in every sequence, received ${formatShape(shape)} at ${row}.`,
    );
  return array.data;
}
