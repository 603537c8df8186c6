// Pictures of a network: its layers as a graph, its weights, and what its layers make of an input.
import { ShapeError, StateError, ValueError } from './base/errors.js';
import type { NDArray } from './base/ndarray.js';
import { formatShape } from './base/shape.js';
import { Model } from './nn/model/model.js';
import type { Layer, PartialShape } from './nn/layers/layer.js';
import { leafLayers } from './nn/layers/within.js';
import { alignInput, toFloatInput, toTensor, type ModelData } from './nn/model/data.js';
import { checkCount, checkPictureOptions, toArray, type PictureValues } from './picture-inputs.js';
import { say } from './plot/language.js';
import { Picture } from './plot/picture.js';
import { dataUrl } from './plot/pixels/base64.js';
import { colourMap } from './plot/pixels/colour-map.js';
import { extent } from './plot/pixels/image-pixels.js';
import { encodePng } from './plot/pixels/png-file.js';
import { networkSpec, type NetworkLayer } from './plot/specs/network.js';
import { checkPixels } from './plot/specs/spec.js';
import { diverging, sequential } from './plot/specs/theme.js';
import { tilesSpec, type TileGroup } from './plot/specs/tiles.js';
import type { Tensor } from './tensor/tensor.js';

export interface PlotModelOptions {
  /** Above the graph; the model's name unless given, an empty text leaves it out. */
  readonly title?: string | undefined;
}

/** Options of pictures made of tiles. */
interface TileOptions {
  readonly title?: string | undefined;
  /** Only these layers, by name or position. */
  readonly layers?: readonly (string | number)[] | undefined;
  /** At most this many tiles of a layer; 32 unless given. */
  readonly count?: number | undefined;
  /** The longer side of a tile in pixels. */
  readonly size?: number | undefined;
}

export interface PlotActivationsOptions extends TileOptions {
  /** Which sample of the batch; the first unless given. */
  readonly sample?: number | undefined;
}

export type { TileOptions as PlotWeightsOptions };

const tileOptionNames = ['title', 'layers', 'count', 'size'] as const;
const usualCount = 32;

/**
 * The network as a graph: a box for each layer with its class, activation, output shape and number of parameters.
 * @example
 * await (await plotModel(model)).save('model.svg');
 */
export async function plotModel(model: Model, options: PlotModelOptions = {}): Promise<Picture> {
  checkPictureOptions('plotModel', options, ['title']);
  checkModel(model, 'plotModel');
  const { layers } = model;
  if (layers.length === 0)
    throw new StateError(`plotModel: model "${model.name}" has no layers. Add some with model.add(...).`);
  // A name that no layer can have: theirs are without slashes.
  const input: NetworkLayer[] = model.built
    ? [{ name: '/input', label: '', className: 'Input', outputShape: model.inputShape, inputs: [] }]
    : [];
  const boxes = layers.map((layer, index): NetworkLayer => {
    const before = layers[index - 1]?.name ?? input[0]?.name;
    return {
      name: layer.name,
      className: layer.className,
      outputShape: layer.built ? layer.outputShape : undefined,
      parameters: layer.built ? layer.countParams() : undefined,
      detail: detailOf(layer),
      inputs: before === undefined ? [] : [before],
    };
  });
  const subtitle = model.built
    ? say('{count} parameters', { count: withCommas(model.countParams()) })
    : say('Not built yet: shapes are not known');
  return new Picture(
    networkSpec([...input, ...boxes], {
      title: options.title ?? say('Model "{name}"', { name: model.name }),
      subtitle,
    }),
  );
}

const withCommas = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** What a word beside the layer's class says: its activation, or the share that it drops. */
function detailOf(layer: Layer): string | undefined {
  const { activation, rate } = layer.getConfig();
  if (typeof activation === 'string' && activation !== 'linear') return activation;
  return typeof rate === 'number' ? String(rate) : undefined;
}

function checkModel(model: unknown, what: string): asserts model is Model {
  if (!(model instanceof Model))
    throw new ValueError(
      `${what}: expected a model such as sequential([...]), received ${model === null ? 'null' : typeof model}.`,
    );
}

function checkTiles(what: string, options: TileOptions, known: readonly string[]): number {
  checkPictureOptions(what, options, known);
  if (options.size !== undefined) checkPixels(options.size, `${what}: size`);
  return checkCount(options.count, usualCount, `${what}: count`);
}

/**
 * Weights as colours, blue below zero and red above. Of a model, the kernels of all its layers or of `layers`: a convolution's as
 * filters (with several input channels a row of channels for each filter), a dense layer's as a matrix with a row for
 * each unit, or, where its inputs are the pixels of an image, as an image for each unit. Or one array: [H, W, in, out],
 * [in, out] or [N].
 * @throws StateError before the model has weights
 * @throws ShapeError for an array of another rank
 * @example
 * await (await plotWeights(model, { layers: [0] })).save('filters.png');
 */
export async function plotWeights(source: Model | PictureValues, options: TileOptions = {}): Promise<Picture> {
  const what = 'plotWeights';
  const count = checkTiles(what, options, tileOptionNames);
  const { title = say('Weights'), size } = options;
  if (!(source instanceof Model)) {
    const group = kernelGroup('', await toArray(source, what, 'float32'), undefined, count);
    return new Picture(tilesSpec([group], { title, size, valueLabel: say('Weight') }));
  }
  if (!source.built)
    throw new StateError(
      `${what}: model "${source.name}" has no weights yet. Give its first layer an inputShape, or call build([null, ...]).`,
    );
  const layers = chosenLayers(source, options.layers).filter(({ weights }) =>
    weights.some(({ shape }) => shape.length >= 2),
  );
  if (layers.length === 0)
    throw new ValueError(`${what}: expected a layer with a kernel, received none of model "${source.name}".`);
  const groups = layers.map(async (layer) => {
    const kernel = layer.weights.find(({ shape }) => shape.length >= 2)!;
    return kernelGroup(layer.name, await kernel.value.realize(), imageBefore(source, layer), count);
  });
  return new Picture(tilesSpec(await Promise.all(groups), { title, size, valueLabel: say('Weight') }));
}

/** The layers to show; of models that are layers, theirs. */
function chosenLayers(model: Model, chosen: readonly (string | number)[] | undefined): readonly Layer[] {
  return leafLayers(chosen === undefined ? model.layers : chosen.map((layer) => model.getLayer(layer)));
}

/** Height and width of the image whose pixels are the layer's inputs: before it nothing but flattening and dropping. */
function imageBefore(model: Model, layer: Layer): readonly [number, number] | undefined {
  const layers = leafLayers(model.layers);
  const index = layers.indexOf(layer);
  let shape: PartialShape | undefined;
  for (let i = index - 1; i >= 0 && ['Flatten', 'Dropout', 'Reshape'].includes(layers[i]!.className); i--)
    shape = layers[i]!.inputShape;
  const [, height, width, channels = 1] = shape ?? [];
  return height && width && channels === 1 ? [height, width] : undefined;
}

/** As far from zero on both sides as the values reach on one. */
function aroundZero(values: ArrayLike<number>): readonly [number, number] {
  const greatest = Math.max(...extent(values).map(Math.abs)) || 1;
  return [-greatest, greatest];
}

/** The tiles of one array. */
function kernelGroup(
  name: string,
  array: NDArray,
  image: readonly [number, number] | undefined,
  count: number,
): TileGroup {
  const prefix = name === '' ? '' : `${name}: `;
  const { shape, data } = array;
  const range = aroundZero(data);
  const tile = (rows: number, columns: number, at: (row: number, column: number) => number): string =>
    tileUrl(rows, columns, at, diverging, range);
  if (shape.length === 4) {
    const [rows, columns, inputs, filters] = shape as readonly [number, number, number, number];
    const shownInputs = Math.min(inputs, 16);
    const shownFilters = Math.min(filters, Math.max(1, inputs === 1 ? count : Math.ceil(count / 4)));
    const urls: string[] = [];
    for (let filter = 0; filter < shownFilters; filter++)
      for (let input = 0; input < shownInputs; input++)
        urls.push(
          tile(rows, columns, (row, column) => data[((row * columns + column) * inputs + input) * filters + filter]!),
        );
    const ofAll = (shown: number, all: number): string =>
      shown < all ? say('{shown} of {all}', { shown, all }) : String(all);
    const numbers = { filters: ofAll(shownFilters, filters), inputs: ofAll(shownInputs, inputs), rows, columns };
    const heading =
      prefix +
      (inputs === 1
        ? say('{filters} filters of {rows}×{columns}', numbers)
        : say('{filters} filters (rows) of {rows}×{columns}, {inputs} input channels (columns)', numbers));
    return {
      heading,
      urls,
      rows,
      columns,
      ...(inputs === 1 ? {} : { perRow: shownInputs }),
      colours: diverging,
      range,
    };
  }
  if (shape.length === 2 && image !== undefined) {
    const [height, width] = image;
    const units = shape[1]!;
    const shown = Math.min(units, count);
    const urls = Array.from({ length: shown }, (_, unit) =>
      tile(height, width, (row, column) => data[(row * width + column) * units + unit]!),
    );
    const numbers = { shown, units, height, width };
    const heading =
      prefix +
      (shown < units
        ? say('{shown} of {units} units, {height}×{width} inputs each', numbers)
        : say('{units} units, {height}×{width} inputs each', numbers));
    return { heading, urls, rows: height, columns: width, colours: diverging, range };
  }
  if (shape.length === 2) {
    const [inputs, units] = shape as readonly [number, number];
    // Each cell is the mean of a few weights where there are more than a picture could show.
    const [stepIn, stepOut] = [Math.ceil(inputs / mostCells), Math.ceil(units / mostCells)];
    const [columns, rows] = [Math.ceil(inputs / stepIn), Math.ceil(units / stepOut)];
    const means = new Float64Array(rows * columns);
    for (let input = 0; input < inputs; input++)
      for (let unit = 0; unit < units; unit++) {
        const [row, column] = [Math.floor(unit / stepOut), Math.floor(input / stepIn)];
        const cells = Math.min(stepOut, units - row * stepOut) * Math.min(stepIn, inputs - column * stepIn);
        means[row * columns + column]! += data[input * units + unit]! / cells;
      }
    const drawnRange = aroundZero(means);
    const url = tileUrl(rows, columns, (row, column) => means[row * columns + column]!, diverging, drawnRange);
    const heading = prefix + say('{units} units (rows), {inputs} inputs (columns)', { units, inputs });
    return { heading, urls: [url], rows, columns, colours: diverging, range: drawnRange };
  }
  if (shape.length === 1) {
    const columns = shape[0]!;
    const url = tile(1, columns, (_row, column) => data[column]!);
    return {
      heading: prefix + say('{count} weights', { count: columns }),
      urls: [url],
      rows: 1,
      columns,
      colours: diverging,
      range,
    };
  }
  throw new ShapeError(
    `plotWeights: expected an array [H, W, in, out], [in, out] or [N], received shape ${formatShape(shape)}.`,
  );
}

const mostCells = 280;

function tileUrl(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
  colours: readonly string[],
  [least, greatest]: readonly [number, number],
): string {
  const colourOf = colourMap(colours);
  const data = new Uint8Array(rows * columns * 3);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      data.set(colourOf((at(row, column) - least) / (greatest - least)), (row * columns + column) * 3);
  return dataUrl('image/png', encodePng({ width: columns, height: rows, channels: 3, data }));
}

/** Layers that only arrange or pass on what comes in. */
const passing: ReadonlySet<string> = new Set(['Dropout', 'Flatten', 'InputLayer', 'Reshape']);

/**
 * What each layer makes of one input: the feature maps of convolutions and pooling, the outputs of dense layers as a row.
 * `x` is a batch as the model takes it. Layers that only arrange or drop are left out unless named in `layers`.
 * @throws ShapeError if x does not fit the model
 * @throws ValueError for a sample that is not there
 * @example
 * await (await plotActivations(model, xTest.slice([0, 1]))).save('activations.png');
 */
export async function plotActivations(
  model: Model,
  x: ModelData,
  options: PlotActivationsOptions = {},
): Promise<Picture> {
  const what = 'plotActivations';
  checkModel(model, what);
  const count = checkTiles(what, options, [...tileOptionNames, 'sample']);
  const { title = say('Activations'), size, sample = 0 } = options;
  const batch = toTensor(x, `${what}: x`);
  const aligned = alignInput(batch, model.inputShapeFor(batch, what), what);
  const samples = aligned.shape[0]!;
  if (!Number.isSafeInteger(sample) || sample < 0 || sample >= samples)
    throw new ValueError(`${what}: sample: expected a number from 0 to ${samples - 1}, received ${String(sample)}.`);
  const chosen = new Set(
    options.layers === undefined
      ? leafLayers(model.layers).filter(({ className }) => !passing.has(className))
      : chosenLayers(model, options.layers),
  );
  let value: Tensor = toFloatInput(aligned.slice([sample, sample + 1]));
  const outputs: { readonly layer: Layer; readonly value: Tensor }[] = [];
  for (const layer of leafLayers(model.layers)) {
    value = layer.apply(value);
    if (chosen.has(layer)) outputs.push({ layer, value });
  }
  const groups = outputs.map(async (output) => activationGroup(output.layer.name, await output.value.realize(), count));
  return new Picture(tilesSpec(await Promise.all(groups), { title, size, valueLabel: say('Output') }));
}

/** The tiles of one layer's output [1, ...]. */
function activationGroup(name: string, { shape, data }: NDArray, count: number): TileGroup {
  const [least, greatest] = extent(data);
  // Outputs of relu and softmax begin at zero; others are drawn to both sides of it.
  const limit = Math.max(Math.abs(least), Math.abs(greatest)) || 1;
  const range: readonly [number, number] = least < 0 ? [-limit, limit] : [0, limit];
  const colours = least < 0 ? diverging : sequential;
  const [, ...axes] = shape;
  const common = { colours, range };
  if (axes.length === 3) {
    const [rows, columns, channels] = axes as [number, number, number];
    const shown = Math.min(channels, count);
    const urls = Array.from({ length: shown }, (_, channel) =>
      tileUrl(rows, columns, (row, column) => data[(row * columns + column) * channels + channel]!, colours, range),
    );
    return {
      heading: `${name}: ${
        shown < channels
          ? say('{shown} of {channels} maps of {rows}×{columns}', { shown, channels, rows, columns })
          : say('{channels} maps of {rows}×{columns}', { channels, rows, columns })
      }`,
      urls,
      rows,
      columns,
      ...common,
    };
  }
  const columns = axes.at(-1) ?? 1;
  const rows = data.length / columns;
  const url = tileUrl(rows, columns, (row, column) => data[row * columns + column]!, colours, range);
  const heading = `${name}: ${
    rows === 1 ? say('{columns} outputs', { columns }) : say('{rows} rows of {columns} outputs', { rows, columns })
  }`;
  return { heading, urls: [url], rows, columns, ...common };
}
