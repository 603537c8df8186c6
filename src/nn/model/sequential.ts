// The sequential model: layers one after the other, each fed with the output of the one before.
import { ShapeError, StateError, ValueError } from '../../base/errors.js';
import { formatShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Tensor } from '../../tensor/tensor.js';
import { InputLayer } from '../layers/input.js';
import { Layer, type CallContext, type PartialShape } from '../layers/layer.js';
import { flattenLayers } from '../layers/within.js';
import { describeLayer } from '../saving/config/describe.js';
import { enableCompiling } from './enable-compiling.js';
import { toFloatInput } from './data.js';
import { Model, type ModelOptions } from './model.js';

export interface SequentialOptions extends ModelOptions {
  /** Layers, and models as layers. */
  readonly layers?: readonly Layer[];
}

/**
 * Layers one after the other. Where the first layer is given an `inputShape`, weights are made as layers are added;
 * otherwise when the first data comes.
 */
export class Sequential extends Model {
  #input: InputLayer | undefined;
  readonly #layers: Layer[] = [];
  /** Of the inputs, batch axis null; undefined before it is known. */
  #inputShape: PartialShape | undefined;
  /** Of the output of the last layer. */
  #outputShape: PartialShape | undefined;
  /** The models that this one is a layer of. */
  readonly #holders: WeakRef<Sequential>[] = [];

  constructor(options: SequentialOptions = {}) {
    rejectUnknownOptions('sequential', options, ['layers', 'name', 'trainable']);
    const { layers = [], ...others } = options;
    super('Sequential', others);
    for (const layer of layers) this.add(layer);
  }

  override get layers(): readonly Layer[] {
    return [...this.#layers];
  }

  override get built(): boolean {
    return this.#inputShape !== undefined && this.#layers.length > 0;
  }

  override get inputShape(): PartialShape {
    return this.#inputShape ?? this.#unknownShape('input');
  }

  override get outputShape(): PartialShape {
    return this.#outputShape ?? this.#unknownShape('output');
  }

  #unknownShape(which: string): never {
    throw new StateError(
      `Sequential "${this.name}": its ${which} shape is not known yet. Give its first layer an inputShape, or call build([null, ...]).`,
    );
  }

  /**
   * Adds a layer at the end.
   * @throws ValueError for what is no layer, or a name that another layer has
   * @throws ShapeError if the layer does not take the output of the one before
   */
  add(layer: Layer): void {
    // Callers in JavaScript may pass anything.
    const given: unknown = layer;
    if (!(given instanceof Layer))
      throw new ValueError(
        `add: expected a layer such as layers.dense({ units: 10 }), received ${given === null ? 'null' : typeof given}.`,
      );
    if (this.#layers.some((other) => other.name === layer.name))
      throw new ValueError(
        `add: model "${this.name}" has a layer of name '${layer.name}' already; layers need names of their own. A layer can be in a model only once.`,
      );
    if (flattenLayers([layer]).includes(this))
      throw new ValueError(`add: model "${this.name}" cannot be a layer of itself.`);
    this.#checkNotHeld('add');
    if (layer instanceof InputLayer) return this.#addInput(layer);
    const isFirst = this.#layers.length === 0;
    const declared = isFirst && !this.#inputShape ? declaredShape(layer) : undefined;
    const before = declared ?? this.#outputShape;
    if (before) {
      layer.ensureBuilt(withoutBatch(before));
      this.#outputShape = withoutBatch(layer.computeOutputShape(withoutBatch(before)));
      if (declared) this.#inputShape = withoutBatch(declared);
    }
    if (layer instanceof Sequential) layer.#holders.push(new WeakRef<Sequential>(this));
    this.#layers.push(layer);
    this.layersChanged();
  }

  /** A model that holds this one has settled on its output. @throws StateError if there is such a model */
  #checkNotHeld(what: string): void {
    for (const reference of this.#holders) {
      const holder = reference.deref();
      if (holder?.built)
        throw new StateError(
          `${what}: model "${this.name}" is a layer of model "${holder.name}", which was built with the layers as they are. Make a new model of them: sequential([...]).`,
        );
    }
  }

  #addInput(layer: InputLayer): void {
    if (this.#layers.length > 0 || this.#input)
      throw new ValueError(
        `add: an input layer must be the first; model "${this.name}" ${this.#input ? 'has one' : 'has layers'} already.`,
      );
    this.#input = layer;
    this.#inputShape = withoutBatch(layer.batchInputShape!);
    this.#outputShape = this.#inputShape;
  }

  /** Removes the last layer and returns it. @throws StateError if there is none */
  pop(): Layer {
    this.#checkNotHeld('pop');
    const layer = this.#layers.pop();
    if (!layer) throw new StateError(`pop: model "${this.name}" has no layers.`);
    if (layer instanceof Sequential) {
      const place = layer.#holders.findIndex((reference) => reference.deref() === this);
      layer.#holders.splice(place, 1);
    }
    if (this.#layers.length === 0) this.#inputShape = this.#input && withoutBatch(this.#input.batchInputShape!);
    this.#outputShape = this.#inputShape && this.#outputAfter(this.#inputShape);
    this.layersChanged();
    return layer;
  }

  /**
   * A model that ends with the layer of this name or position: what Keras writes as
   * `keras.Model(model.inputs, model.get_layer('flatten').output)`. It shares layers and weights with this model; training
   * one, or freezing a layer, shows in the other. Other layers can be added to it, or it can be a layer of another model.
   * @throws ValueError, with the names of the layers, if there is none of that name
   * @example
   * const features = model.upTo('flatten');
   * features.trainable = false;
   * const other = sequential([features, layers.dense({ units: 5, activation: 'softmax' })]);
   */
  upTo(nameOrIndex: string | number, options: ModelOptions = {}): Sequential {
    const last = this.findLayer('upTo', nameOrIndex);
    const kept = this.#layers.slice(0, this.#layers.indexOf(last) + 1);
    rejectUnknownOptions('upTo', options, ['name', 'trainable']);
    const model = new Sequential({ ...options, layers: [...(this.#input ? [this.#input] : []), ...kept] });
    if (this.#inputShape) model.build(this.#inputShape);
    return model;
  }

  #outputAfter(inputShape: PartialShape): PartialShape {
    return this.#layers.reduce((before, layer) => withoutBatch(layer.computeOutputShape(before)), inputShape);
  }

  /**
   * Makes the weights for inputs of `inputShape`, batch axis (null) first: `build([null, 784])`.
   * @throws StateError if the model has no layers, or was built for another shape
   */
  override build(inputShape: PartialShape): void {
    if (this.#layers.length === 0)
      throw new StateError(`build: model "${this.name}" has no layers. Add some with model.add(...).`);
    const shape = withoutBatch(inputShape);
    if (this.#inputShape) {
      if (formatShape(this.#inputShape) !== formatShape(shape))
        throw new StateError(
          `build: model "${this.name}" was built for inputs of shape ${formatShape(this.#inputShape)}, received ${formatShape(inputShape)}.`,
        );
      return;
    }
    let output = shape;
    for (const layer of this.#layers) {
      layer.ensureBuilt(output);
      output = withoutBatch(layer.computeOutputShape(output));
    }
    this.#inputShape = shape;
    this.#outputShape = output;
    this.layersChanged();
  }

  override getConfig(): Record<string, unknown> {
    const shape = this.#inputShape;
    const first = shape && {
      module: 'keras.layers',
      class_name: 'InputLayer',
      config: this.#input?.getConfig() ?? {
        batch_shape: shape,
        dtype: 'float32',
        sparse: false,
        name: 'input_layer',
      },
      registered_name: null,
    };
    const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
    return {
      name: this.name,
      trainable: this.trainable,
      dtype: policy,
      layers: [...(first ? [first] : []), ...this.#layers.map(describeLayer)],
      ...(shape ? { build_input_shape: shape } : {}),
    };
  }

  override inputShapeFor(x: Tensor, what: string): PartialShape {
    if (this.#layers.length === 0)
      throw new StateError(`${what}: model "${this.name}" has no layers. Add some with model.add(...).`);
    // One number a sample is a row of one.
    if (!this.#inputShape) this.build(x.rank === 1 ? [null, 1] : [null, ...x.shape.slice(1)]);
    return this.#inputShape!;
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const expected = this.#inputShape;
    const fits =
      !expected ||
      (expected.length === inputShape.length &&
        expected.every((size, axis) => size === null || inputShape[axis] === null || inputShape[axis] === size));
    if (!fits)
      throw new ShapeError(
        `Sequential "${this.name}": expected inputs of shape ${formatShape(expected)}, received ${formatShape(inputShape)}.`,
      );
    return this.#layers.reduce((before, layer) => layer.computeOutputShape(before), inputShape);
  }

  override outputShapeFor(shape: readonly number[]): readonly number[] {
    const output = this.computeOutputShape(shape);
    if (output.some((size) => size === null))
      throw new ShapeError(
        `Sequential "${this.name}": its output shape ${formatShape(output)} does not follow from the input's, ${formatShape(shape)}.`,
      );
    return output as readonly number[];
  }

  override call(x: Tensor, context: CallContext): Tensor {
    // As in Keras, whole numbers become floats, unless the input layer asks for them.
    const input = this.#input && this.#input.getConfig().dtype !== 'float32' ? this.#input.call(x) : toFloatInput(x);
    return this.#layers.reduce((value, layer) => {
      const output = layer.call(value, context);
      // The layers within have told of themselves.
      if (layer.innerLayers.length === 0) context.observe?.(layer, output);
      return output;
    }, input);
  }
}

/** The shape of inputs that a first layer asks for, batch axis first. */
function declaredShape(layer: Layer): PartialShape | undefined {
  return layer instanceof Model && layer.built ? layer.inputShape : layer.batchInputShape;
}

function withoutBatch(shape: PartialShape): PartialShape {
  return [null, ...shape.slice(1)];
}

/**
 * A model of layers one after the other: `sequential([layers.dense({ units: 10, inputShape: [4] })])`, or
 * `sequential({ layers, name })`. A model is a layer too: `sequential([base, layers.dense({ units: 3 })])`.
 * @throws ShapeError if a layer does not take the output of the one before
 */
export function sequential(options?: readonly Layer[] | SequentialOptions): Sequential {
  enableCompiling();
  if (options === undefined) return new Sequential();
  return new Sequential(isList(options) ? { layers: options } : options);
}

function isList(options: readonly Layer[] | SequentialOptions): options is readonly Layer[] {
  return Array.isArray(options);
}
