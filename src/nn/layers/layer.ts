// The base of all layers: a name, weights that are made when the input shape is known, and the computation itself.
import { isFloat, type DType } from '../../base/dtype.js';
import { DTypeError, ShapeError, StateError, ValueError } from '../../base/errors.js';
import { formatShape, sameShape } from '../../base/shape.js';
import { scalar } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkBoolean, show } from '../check.js';
import type { Initializer } from '../initializers.js';
import { globalSeed, nextLayerStream, uniqueName } from '../naming.js';
import type { Regularizer } from '../regularizers.js';
import { Variable } from '../../tensor/variable.js';
import { activeWeightSource } from './weight-source.js';

/** A shape whose batch axis (and any other not yet known) is null. */
export type PartialShape = readonly (number | null)[];

/** What a layer's computation depends on beside its input. */
export interface CallContext {
  /** True in fit and trainOnBatch: dropout drops, batch statistics are taken. */
  readonly training: boolean;
  /** The number of training steps done, an int32 scalar: selects the random numbers of a step. */
  readonly step: Tensor;
  /** The seed of the run, in training an int32 scalar: another seed runs the same program. */
  readonly seed: number | Tensor;
  /** Told the output of every layer of a model and of the models within it, in the order of computation. */
  readonly observe?: (layer: Layer, output: Tensor) => void;
}

/** Options that every layer takes. */
export interface LayerOptions {
  readonly name?: string;
  readonly trainable?: boolean;
  /** The dtype of the weights, float32 by default. */
  readonly dtype?: DType;
  /** The shape of one sample, for the first layer of a model. */
  readonly inputShape?: PartialShape;
  /** The shape with the batch axis. */
  readonly batchInputShape?: PartialShape;
}

export const layerOptionNames = ['name', 'trainable', 'dtype', 'inputShape', 'batchInputShape'] as const;

/** A weight, with what applies to it in training. */
export interface LayerWeight {
  readonly variable: Variable;
  readonly regularizer: Regularizer | undefined;
}

/** `shape` if it is a list of sizes, null for those not known. @throws ShapeError otherwise */
export function checkPartialShape(shape: unknown, what: string): PartialShape {
  if (Array.isArray(shape) && shape.every((size) => size === null || (Number.isSafeInteger(size) && size >= 0)))
    return shape as PartialShape;
  const remedy = typeof shape === 'number' ? ` Write [${shape}].` : '';
  throw new ShapeError(
    `${what}: expected a list of whole numbers, null for a size not known, received ${show(shape)}.${remedy}`,
  );
}

function checkName(name: unknown, className: string): string | undefined {
  if (name === undefined) return undefined;
  // A slash separates the parts of a weight's name.
  if (typeof name !== 'string' || name === '' || name.includes('/'))
    throw new ValueError(`${className}: expected a name without '/', received ${show(name)}.`);
  return name;
}

export abstract class Layer {
  readonly name: string;
  /** Keras's class name: 'Dense', 'Conv2D'. */
  abstract readonly className: string;
  /** The dtype of the weights. */
  readonly dtype: DType;
  /** With the batch axis; only what the user gave. */
  readonly batchInputShape: PartialShape | undefined;
  /** Separates this layer's random numbers from the others'. A model that goes on from a file gets those of the file. */
  stream: number;
  readonly #weights: LayerWeight[] = [];
  #trainable: boolean;
  #builtFor: PartialShape | undefined;

  /** `stream`: a number that no other layer has; only what draws no random numbers itself gives one. */
  constructor(className: string, options: LayerOptions, stream: number = nextLayerStream()) {
    this.name = checkName(options.name, className) ?? uniqueName(className);
    this.#trainable = checkBoolean(options.trainable ?? true, `${className} "${this.name}": trainable`);
    this.dtype = options.dtype ?? 'float32';
    if (!isFloat(this.dtype))
      throw new DTypeError(
        `${className} "${this.name}": expected dtype float32 or float64 for its weights, received ${this.dtype}.`,
      );
    this.batchInputShape =
      options.batchInputShape !== undefined
        ? checkPartialShape(options.batchInputShape, `${className} "${this.name}": batchInputShape`)
        : options.inputShape !== undefined
          ? [null, ...checkPartialShape(options.inputShape, `${className} "${this.name}": inputShape`)]
          : undefined;
    this.stream = stream;
  }

  /** The layers that this one consists of, in the order of their weights: those of a model; none unless overridden. */
  get innerLayers(): readonly Layer[] {
    return [];
  }

  /** Keras's module of the class, for files. */
  get module(): string {
    return 'keras.layers';
  }

  /**
   * Whether training moves its weights. Setting it sets it for all layers within too, as in Keras: `base.trainable = false`
   * freezes a model that is a layer of another. A model that is compiled already takes notice when it is compiled again.
   * @throws ValueError for what is neither true nor false
   */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = checkBoolean(value, `${this.className} "${this.name}": trainable`);
    for (const layer of this.innerLayers) layer.trainable = value;
  }

  get built(): boolean {
    return this.#builtFor !== undefined;
  }

  /** The input shape it was built for. @throws StateError before it is built */
  get inputShape(): PartialShape {
    if (!this.#builtFor) throw new StateError(`Layer "${this.name}" is not built yet: its input shape is not known.`);
    return this.#builtFor;
  }

  get outputShape(): PartialShape {
    return this.computeOutputShape(this.inputShape);
  }

  /** Makes the weights for inputs of `inputShape` (batch axis null). Does nothing if it is built for that shape already. */
  ensureBuilt(inputShape: PartialShape): void {
    if (this.#builtFor) {
      const known = this.#builtFor;
      if (
        known.length !== inputShape.length ||
        !sameShape(known.map((n) => n ?? -1).slice(1), inputShape.map((n) => n ?? -1).slice(1))
      )
        throw new StateError(
          `Layer "${this.name}" was built for inputs of shape ${formatShape(known)}, received ${formatShape(inputShape)}.`,
        );
      return;
    }
    this.computeOutputShape(inputShape); // reports what does not fit before any weight is made
    this.build(inputShape);
    this.#builtFor = inputShape;
  }

  /** Adds a weight whose first value comes from `initializer`. Called by `build`. */
  protected addWeight(
    name: string,
    shape: readonly number[],
    initializer: Initializer,
    options: { readonly regularizer?: Regularizer | undefined; readonly trainable?: boolean } = {},
  ): Variable {
    const source = activeWeightSource();
    const first = source ? source(shape) : initializer.create(shape, this.stream, this.#weights.length);
    const value = first.cast(this.dtype);
    const variable = new Variable(value, {
      name: `${this.name}/${name}`,
      trainable: options.trainable ?? true,
    });
    this.#weights.push({ variable, regularizer: options.regularizer });
    return variable;
  }

  /** The value of a weight that `build` has made. @throws StateError before it is built */
  protected made(weight: Variable | undefined): Tensor {
    if (weight) return weight.value;
    throw new StateError(
      `${this.className} "${this.name}" has no weights yet. Use it in a model, or call apply(x), which makes them.`,
    );
  }

  #inKerasOrder(): LayerWeight[] {
    const isMoved = ({ variable }: LayerWeight): boolean => variable.trainable;
    return [...this.#weights.filter(isMoved), ...this.#weights.filter((weight) => !isMoved(weight))];
  }

  /** Its weights and those of the layers within, each once. */
  #allWeights(): LayerWeight[] {
    const found = new Map(this.#inKerasOrder().map((weight) => [weight.variable, weight]));
    for (const layer of this.innerLayers)
      for (const weight of layer.#allWeights()) if (!found.has(weight.variable)) found.set(weight.variable, weight);
    return [...found.values()];
  }

  /** The weights whose own layer is trainable: what the layers in between say has been handed on to it. */
  #movableWeights(): Variable[] {
    const own = this.#trainable ? this.#weights.filter(({ variable }) => variable.trainable) : [];
    return [...own.map(({ variable }) => variable), ...this.innerLayers.flatMap((layer) => layer.#movableWeights())];
  }

  /** Its own weights, without those of layers within it, in Keras's order: trainable ones first. */
  get ownWeights(): Variable[] {
    return this.#inKerasOrder().map(({ variable }) => variable);
  }

  /** All weights in Keras's order: its own, trainable ones first, then those of the layers within, layer by layer. */
  get weights(): Variable[] {
    return this.#allWeights().map(({ variable }) => variable);
  }

  /** The weights that training moves; none where `trainable` is false. */
  get trainableWeights(): Variable[] {
    return this.#trainable ? [...new Set(this.#movableWeights())] : [];
  }

  /** The weights that training leaves as they are. */
  get nonTrainableWeights(): Variable[] {
    const trainable = new Set(this.trainableWeights);
    return this.weights.filter((variable) => !trainable.has(variable));
  }

  #penalized(): LayerWeight[] {
    const trainable = new Set(this.trainableWeights);
    return this.#allWeights().filter(({ variable, regularizer }) => regularizer && trainable.has(variable));
  }

  /** The penalties of the regularizers, one scalar each. As in Keras, weights that training leaves alone have none. */
  penalties(): Tensor[] {
    return this.#penalized().map(({ variable, regularizer }) => regularizer!.penalty(variable.value));
  }

  /** Whether it has regularizers, which add penalties to the loss. */
  get hasPenalties(): boolean {
    return this.#penalized().length > 0;
  }

  countParams(): number {
    return this.weights.reduce((sum, variable) => sum + variable.size, 0);
  }

  /** Makes the weights. Layers without weights leave it as it is. */
  protected build(_inputShape: PartialShape): void {
    // nothing to make
  }

  /** The output's shape for an input shape, batch axis first. @throws ShapeError if the layer does not take such inputs */
  abstract computeOutputShape(inputShape: PartialShape): PartialShape;

  /** The computation: x with the batch axis first. */
  abstract call(x: Tensor, context: CallContext): Tensor;

  /**
   * Applies the layer to a batch outside of a model; the first time, its weights are made for this shape. By default as
   * at inference.
   */
  apply(x: Tensor, context: Partial<CallContext> = {}): Tensor {
    this.ensureBuilt([null, ...x.shape.slice(1)]);
    return this.call(x, {
      training: context.training ?? false,
      step: context.step ?? scalar(0, 'int32'),
      seed: context.seed ?? globalSeed(),
    });
  }

  /** What makes an equal layer again, in Keras's names and spelling (snake_case keys). */
  getConfig(): Record<string, unknown> {
    const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: this.dtype }, registered_name: null };
    return { name: this.name, trainable: this.#trainable, dtype: policy, ...this.ownConfig() };
  }

  /** The part of the configuration that only this kind of layer has. */
  protected ownConfig(): Record<string, unknown> {
    return {};
  }
}
