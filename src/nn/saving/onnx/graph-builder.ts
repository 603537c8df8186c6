// Collects the nodes and constants of an ONNX graph that is a chain, and knows the value at its end: the name, the shape
// as Nacre has it, the element type, and whether an image lies channels first.
import type { NDArray } from '../../../base/ndarray.js';
import type { ElementType, OnnxAttribute, OnnxNode, OnnxTensor } from '../../../formats/onnx/model.js';
import type { PartialShape } from '../../layers/layer.js';

/** A number is a whole one (`int`), a list of numbers `ints`. */
export type Attributes = Readonly<Record<string, number | readonly number[] | string>>;

/** The element type of ONNX for an array of Nacre's. */
export const onnxType = { float32: 'float', float64: 'double', int32: 'int32', uint8: 'uint8', bool: 'bool' } as const;

const isFloat = (type: ElementType): boolean => type === 'float' || type === 'double';

export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, OnnxTensor>();
  readonly #names = new Set<string>();
  /** The value at the end of the chain. */
  value: string;
  type: ElementType;
  /** As Nacre has it: the batch axis first, channels last, however the value lies. */
  shape: PartialShape;
  /** Whether the value is an image [B, C, H, W]. */
  isChannelsFirst = false;
  /** The sample's shape [H, W, C] where it was flattened as [C, H, W]: the next matrix takes its rows in that order. */
  flattened: readonly [number, number, number] | undefined;

  constructor(input: string, type: ElementType, shape: PartialShape) {
    this.#names.add(input);
    this.value = input;
    this.type = type;
    this.shape = shape;
  }

  #unique(name: string): string {
    let free = name;
    for (let count = 1; this.#names.has(free); count++) free = `${name}_${count}`;
    this.#names.add(free);
    return free;
  }

  /** Adds a node that takes the value at the end, and these constants. */
  add(op: string, name: string, constants: readonly string[] = [], attributes: Attributes = {}): void {
    const output = this.#unique(`${name}/output`);
    const inputs = [this.value, ...constants];
    const entries = Object.entries(attributes).map(([key, value]) => [key, attributeOf(value)] as const);
    this.nodes.push({ name, op, domain: '', inputs, outputs: [output], attributes: new Map(entries) });
    this.value = output;
  }

  constant(name: string, array: NDArray, type: ElementType = onnxType[array.dtype]): string {
    const unique = this.#unique(name);
    this.initializers.set(unique, { type, array });
    return unique;
  }

  /** Whole numbers, as nodes take shapes. */
  sizes(name: string, values: readonly number[]): string {
    return this.constant(name, { dtype: 'int32', shape: [values.length], data: Int32Array.from(values) }, 'int64');
  }

  castTo(type: ElementType, layer: string): void {
    if (this.type === type) return;
    const number = { float: 1, double: 11 }[type as 'float' | 'double'];
    this.add('Cast', `${layer}/cast`, [], { to: number });
    this.type = type;
  }

  /** For what computes with fractions and has no weights that say which. */
  castToFloat(layer: string): void {
    if (!isFloat(this.type)) this.castTo('float', layer);
  }

  toChannelsFirst(layer: string): void {
    if (this.isChannelsFirst) return;
    this.add('Transpose', `${layer}/channels_first`, [], { perm: [0, 3, 1, 2] });
    this.isChannelsFirst = true;
  }

  toChannelsLast(layer: string): void {
    if (!this.isChannelsFirst) return;
    this.add('Transpose', `${layer}/channels_last`, [], { perm: [0, 2, 3, 1] });
    this.isChannelsFirst = false;
  }

  /** Gives the value at the end the name of the output. */
  finish(output: string): string {
    const name = this.#unique(output);
    if (this.nodes.length === 0) this.add('Identity', output);
    const last = this.nodes.pop()!;
    this.nodes.push({ ...last, outputs: [name] });
    this.value = name;
    return name;
  }
}

function attributeOf(value: number | readonly number[] | string): OnnxAttribute {
  if (typeof value === 'number') return { type: 'int', value };
  if (typeof value === 'string') return { type: 'string', value };
  return { type: 'ints', value };
}
