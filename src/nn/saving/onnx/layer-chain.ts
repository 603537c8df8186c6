// The layers that an ONNX graph becomes, one after the other, with their weights. What scales and shifts (a batch
// normalization, a constant factor) has no layer of its own: it goes into the weights of the layer before it, or of the
// one after it; where there is neither, it becomes a layer of weights.
import type { NDArray } from '../../../base/ndarray.js';
import type { Json } from '../../../formats/json.js';
import type { PartialShape } from '../../layers/layer.js';
import { snakeCase } from '../../naming.js';
import type { Budget } from './constants.js';

/** Something in the graph that Nacre's layers do not cover; the message says what. */
export class Uncovered extends Error {
  override name = 'Uncovered';
}

/** A layer to be: Keras's class and configuration. */
export interface ImportedLayer {
  readonly className: string;
  readonly name: string;
  config: Readonly<Record<string, Json>>;
  kernel?: NDArray;
  bias?: NDArray;
}

/** x * scale + shift, one for each element of the last axis, or one for all. */
export interface Affine {
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

/** A square matrix of more columns would take more memory than a layer that scales is worth. */
const widestDiagonal = 1024;

export class LayerChain {
  readonly layers: ImportedLayer[] = [];
  readonly #budget: Budget;
  /** Names that are taken, with the number that the last copy of each got. */
  readonly #names = new Map<string, number>();
  /** What the value is scaled and shifted by that no layer does yet. */
  #pending: Affine | undefined;
  /** Whether nothing came after the sums of the last layer, so that what scales them goes into its weights. */
  #isOpen = false;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  #add(className: string, name: string, config: Readonly<Record<string, Json>>, weights: Weights = {}): void {
    this.#budget.take((weights.kernel?.data.length ?? 0) + (weights.bias?.data.length ?? 0));
    this.layers.push({ className, name: this.#nameFor(className, name), config, ...weights });
    this.#isOpen = weights.kernel !== undefined;
  }

  /** A name that layers may have, and that none has yet. */
  #nameFor(className: string, wanted: string): string {
    const plain = wanted.replace(/[^\w.-]+/g, '_').replace(/^_+|_+$/g, '');
    const kind = snakeCase(className);
    const base = plain === '' ? kind : /^\d/.test(plain) ? `${kind}_${plain}` : plain;
    let free = base;
    for (let count = this.#names.get(base) ?? 0; this.#names.has(free); count++) {
      free = `${base}_${count + 1}`;
      this.#names.set(base, count + 1);
    }
    this.#names.set(free, 0);
    return free;
  }

  /** Scales and shifts the value of this shape in Nacre. */
  scale(affine: Affine): void {
    const last = this.layers.at(-1);
    if (this.#isOpen && !this.#pending && last?.kernel) {
      const { kernel, bias } = last;
      this.#budget.take(kernel.data.length);
      last.kernel = mapped(kernel, (value, index) => value * at(affine.scale, index % kernel.shape.at(-1)!));
      const columns = { ...kernel, shape: [kernel.shape.at(-1)!], data: new Float32Array(kernel.shape.at(-1)!) };
      if (bias || affine.shift.some((shift) => shift !== 0))
        last.bias = mapped(bias ?? columns, (value, i) => value * at(affine.scale, i) + at(affine.shift, i));
      return;
    }
    this.#pending = this.#pending ? composed(this.#pending, affine) : affine;
  }

  /** A dense layer of this kernel [in, units]. */
  dense(name: string, kernel: NDArray, bias: NDArray | undefined): void {
    const [rows, units] = kernel.shape as [number, number];
    const affine = this.#takePending();
    if (!affine) return this.#add('Dense', name, { units }, weightsOf(kernel, bias));
    if (affine.scale.length !== 1 && affine.scale.length !== rows)
      throw new Uncovered('what scales its input does not fit its matrix');
    const scaled = mapped(kernel, (value, i) => value * at(affine.scale, Math.floor(i / units)));
    const sums = new Float64Array(units);
    kernel.data.forEach((value, i) => (sums[i % units]! += value * at(affine.shift, Math.floor(i / units))));
    this.#add('Dense', name, { units }, weightsOf(scaled, shiftedBias(bias, sums)));
  }

  /** A convolution of this kernel [H, W, in / groups, out] over images of `shape`. */
  conv2d(name: string, kernel: NDArray, bias: NDArray | undefined, options: ConvolutionOptions): void {
    const [height, width, depth, filters] = kernel.shape as [number, number, number, number];
    const { shape, isPadded, ...config } = options;
    // What is added around an image is 0 after the shift, not before.
    if (isPadded && this.#pending?.shift.some((shift) => shift !== 0)) this.settle(shape, name);
    const affine = this.#takePending();
    const layer = { filters, kernel_size: [height, width], data_format: 'channels_last', ...config };
    if (!affine) return this.#add('Conv2D', name, layer, weightsOf(kernel, bias));
    const filtersInGroup = filters / config.groups;
    const channelOf = (i: number): number =>
      Math.floor((i % filters) / filtersInGroup) * depth + (Math.floor(i / filters) % depth);
    const scaled = mapped(kernel, (value, i) => value * at(affine.scale, channelOf(i)));
    const sums = new Float64Array(filters);
    kernel.data.forEach((value, i) => (sums[i % filters]! += value * at(affine.shift, channelOf(i))));
    this.#add('Conv2D', name, layer, weightsOf(scaled, shiftedBias(bias, sums)));
  }

  /** A layer without weights, over values of `shape`. */
  plain(className: string, name: string, config: Readonly<Record<string, Json>>, shape: PartialShape): void {
    this.settle(shape, name);
    this.#add(className, name, config);
  }

  /** A change of shape from `shape` to a sample of `target`. What scales stays pending where that is possible. */
  reshape(name: string, shape: PartialShape, target: readonly number[]): void {
    const pending = this.#pending;
    if (pending && pending.scale.length > 1) {
      if (target.length === 1) {
        // The last axis comes again and again.
        this.#budget.take(2 * target[0]!);
        const repeated = (values: readonly number[]): number[] =>
          Array.from({ length: target[0]! }, (_, i) => values[i % values.length]!);
        this.#pending = { scale: repeated(pending.scale), shift: repeated(pending.shift) };
      } else this.settle(shape, name);
    }
    if (target.length === 1) this.#add('Flatten', name, { data_format: 'channels_last' });
    else this.#add('Reshape', name, { target_shape: target });
  }

  /** An activation, of the last layer if nothing came after its sums. */
  activation(name: string, activation: string, shape: PartialShape): void {
    this.settle(shape, name);
    const last = this.layers.at(-1);
    if (this.#isOpen && last) last.config = { ...last.config, activation };
    else this.#add('Activation', name, { activation });
    this.#isOpen = false;
  }

  /** Gives what is pending for a value of `shape` a layer. */
  settle(shape: PartialShape, name: string): void {
    const affine = this.#takePending();
    if (!affine) return;
    const channels = shape.at(-1);
    if (shape.length < 2 || channels == null)
      throw new Uncovered('how many channels are scaled before it is not known');
    this.#budget.take(3 * channels);
    const scale = Array.from({ length: channels }, (_, i) => at(affine.scale, i));
    const shift = Array.from({ length: channels }, (_, i) => at(affine.shift, i));
    const bias = { dtype: 'float32', shape: [channels], data: Float32Array.from(shift) } as const;
    const own = `${name}_scale`;
    if (shape.length === 4) {
      const kernel = { dtype: 'float32', shape: [1, 1, 1, channels], data: Float32Array.from(scale) } as const;
      const config = { filters: channels, kernel_size: [1, 1], data_format: 'channels_last', groups: channels };
      return this.#add('Conv2D', own, config, { kernel, bias });
    }
    if (channels > widestDiagonal)
      throw new Uncovered(`${channels} elements are scaled between layers, and Nacre has no layer for that`);
    this.#budget.take(channels * channels);
    const data = new Float32Array(channels * channels);
    scale.forEach((factor, i) => (data[i * channels + i] = factor));
    const kernel = { dtype: 'float32', shape: [channels, channels], data } as const;
    this.#add('Dense', own, { units: channels }, { kernel, bias });
  }

  #takePending(): Affine | undefined {
    const affine = this.#pending;
    this.#pending = undefined;
    return affine;
  }
}

interface Weights {
  readonly kernel?: NDArray;
  readonly bias?: NDArray;
}

export interface ConvolutionOptions {
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same';
  readonly dilation_rate: readonly number[];
  readonly groups: number;
  /** Of its input in Nacre, the batch axis first. */
  readonly shape: PartialShape;
  /** Whether anything is added around the image. */
  readonly isPadded: boolean;
}

const at = (values: readonly number[], index: number): number => (values.length === 1 ? values[0]! : values[index]!);

const weightsOf = (kernel: NDArray, bias: NDArray | undefined): Weights => (bias ? { kernel, bias } : { kernel });

/** In float32, computed in double precision. */
function mapped(array: NDArray, element: (value: number, index: number) => number): NDArray {
  return { dtype: 'float32', shape: array.shape, data: Float32Array.from(array.data, element) };
}

function shiftedBias(bias: NDArray | undefined, sums: Float64Array): NDArray | undefined {
  if (!bias && sums.every((sum) => sum === 0)) return undefined;
  const data = Float32Array.from(sums, (sum, i) => sum + (bias?.data[i] ?? 0));
  return { dtype: 'float32', shape: [sums.length], data };
}

function composed(first: Affine, second: Affine): Affine {
  const length = Math.max(first.scale.length, second.scale.length);
  const index = Array.from({ length }, (_, i) => i);
  return {
    scale: index.map((i) => at(first.scale, i) * at(second.scale, i)),
    shift: index.map((i) => at(first.shift, i) * at(second.scale, i) + at(second.shift, i)),
  };
}
