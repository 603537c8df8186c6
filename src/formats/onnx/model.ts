// An ONNX model as plain objects: what `readOnnx` makes of a file and `writeOnnx` makes one of. Names are those of
// onnx.proto (github.com/onnx/onnx); graphs within graphs, sequences, maps and sparse arrays are not there.
import type { NDArray } from '../../base/ndarray.js';

/** ONNX's numbers of the element types of arrays. */
export const elementTypes = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof elementTypes;

/** An array: its elements as Nacre has them, and the type that they have in the file. */
export interface OnnxTensor {
  readonly type: ElementType;
  readonly array: NDArray;
}

/** What a node is told beside its inputs. */
export type OnnxAttribute =
  | { readonly type: 'float' | 'int'; readonly value: number }
  | { readonly type: 'floats' | 'ints'; readonly value: readonly number[] }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: OnnxTensor };

export interface OnnxNode {
  /** May be empty. */
  readonly name: string;
  /** The operator: `Conv`. */
  readonly op: string;
  /** Whose operator it is; empty for ONNX's own. */
  readonly domain: string;
  /** Names of values; an empty one stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** An input or output of a graph. */
export interface OnnxValue {
  readonly name: string;
  /** Undefined for what is no array, or of a type that is not known here. */
  readonly type: ElementType | undefined;
  /** Sizes; a name, or null, for one that is not fixed. Undefined where nothing is said. */
  readonly shape: readonly (number | string | null)[] | undefined;
}

export interface OnnxGraph {
  readonly name: string;
  /** Each after those whose outputs it takes. */
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Constants by the names of their values. */
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
}

export interface OnnxModel {
  readonly irVersion: number;
  /** The version of each set of operators, by domain; ONNX's own is the empty one. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer: string;
  readonly producerVersion: string;
  /** Texts by key. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: OnnxGraph;
}
