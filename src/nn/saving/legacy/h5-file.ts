// Whole models, or weights alone, in the HDF5 files of Keras 1 and 2, `.h5` and `.hdf5`, which Keras 3 reads and writes
// too. What Keras has no place for lies in a group that it does not look into.
import { DataError } from '../../../base/errors.js';
import { sizeOf } from '../../../base/shape.js';
import { emptyHdf5Group, readHdf5, writeHdf5, type Hdf5Group } from '../../../formats/hdf5.js';
import { isRecord, parseJson, type Json } from '../../../formats/json.js';
import type { FileSource, ModelConfig, ModelContents, ModelFile, ModelFormat, WrittenFile } from '../format.js';
import { kerasJson } from '../keras/python-json.js';
import { plainJson } from '../keras/plain.js';
import { kerasTree, readKerasTree } from '../keras/weight-tree.js';
import { legacyModelConfig, legacyTrainingConfig } from './config.js';
import { legacyOptimizerState } from './optimizer.js';
import {
  arraysIn,
  groupAt,
  layersIn,
  matchLayers,
  putArrays,
  putNames,
  storedWeights,
  topLevel,
  weightsGroup,
  madeAt,
} from './tree.js';

/** Keras reads as much of a version as whether it is below 2. */
const kerasVersion = '2.15.0';

/** Nothing of Keras's lies there. */
const ownGroup = 'nacre';

/**
 * Where Keras keeps the state of the optimizer. Nacre reads it there and writes it to its own group: Keras 3 reads a state
 * as that of no variables at all, from its own files too, and then refuses to train.
 */
const stateName = 'optimizer_weights';

/** What a tree says, of a whole model or of weights alone; undefined where it is arranged in another way. */
export function readLegacyTree(root: Hdf5Group, file: string): ModelFile | undefined {
  const group = weightsGroup(root);
  if (!group) return undefined;
  const place = `'${file}'`;
  const text = (name: string): Json | undefined => {
    const value = root.attributes.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw new DataError(`${place}, attribute '${name}': expected a text.`);
    return plainJson(parseJson(value, `${place}, attribute '${name}'`));
  };
  const model = text('model_config');
  if (model !== undefined && !isRecord(model))
    throw new DataError(`${place}, attribute 'model_config': expected an object that describes a model.`);
  const training = text('training_config');
  if (training !== undefined && !isRecord(training))
    throw new DataError(`${place}, attribute 'training_config': expected an object.`);
  const layers = layersIn(group, place);
  const state = groupAt(root, [stateName]) ?? groupAt(root, [ownGroup, stateName]);
  const { random, texts, extra } = readKerasTree(root, place);
  return {
    place,
    config: model && compiledWith(model, training),
    weightElements: layers.flatMap(({ weights }) => weights).reduce((sum, { array }) => sum + sizeOf(array.shape), 0),
    weightsFor: (outlines, options) => {
      if (group.attributes.get('backend') === 'theano' && outlines.some(({ className }) => className === 'Conv2D'))
        throw new DataError(
          `${place}: it was written with Theano, which keeps the kernels of convolutions turned around. Load it in Keras with another backend, and save it again.`,
        );
      return matchLayers(outlines, layers, options, place);
    },
    optimizer:
      state && legacyOptimizerState(arraysIn(state, `${place}, optimizer_weights`), training?.optimizer_config),
    random,
    texts,
    extra,
  };
}

function compiledWith(model: ModelConfig, training: Record<string, Json> | undefined): ModelConfig {
  if (!training) return { ...model, compile_config: {} };
  const { optimizer_config: optimizer = null, ...others } = training;
  return { ...model, compile_config: { ...others, optimizer } };
}

/** What any HDF5 file says of a model: arranged as by Keras 1 and 2, or as Keras 3 arranges weights. */
export async function readHdf5Model(bytes: Uint8Array, file: string): Promise<ModelFile> {
  const root = await readHdf5(bytes, file);
  return readLegacyTree(root, file) ?? { ...readKerasTree(root, `'${file}'`), config: undefined };
}

async function write(contents: ModelContents): Promise<WrittenFile> {
  const { config, layers, weights, optimizer } = contents;
  const root = emptyHdf5Group();
  const group = config ? madeAt(root, ['model_weights']) : root;
  if (config) {
    root.attributes.set('model_config', kerasJson(legacyModelConfig(config)));
    const training = legacyTrainingConfig(config);
    if (training) root.attributes.set('training_config', kerasJson(training));
  }
  for (const each of new Set([root, group])) {
    each.attributes.set('keras_version', kerasVersion);
    each.attributes.set('backend', 'tensorflow');
  }
  putNames(
    group,
    'layer_names',
    layers.map(({ name }) => name),
  );
  for (const layer of layers) putArrays(madeAt(group, [layer.name]), storedWeights(layer, weights));
  putArrays(madeAt(group, [topLevel]), []);
  // The random state, texts and arrays that are kept too.
  const own = kerasTree({ ...contents, layers: [], optimizer: undefined }).groups.get(ownGroup)!;
  root.groups.set(ownGroup, own);
  if (optimizer) {
    const { names, values } = optimizer;
    putArrays(
      madeAt(own, [stateName]),
      values.map((array, index) => ({ name: names![index]!, array })),
    );
  }
  return { main: await writeHdf5(root) };
}

async function read({ bytes, name }: FileSource): Promise<ModelFile> {
  return readHdf5Model(bytes, name);
}

export const legacyH5File: ModelFormat = { name: 'HDF5', write, read };
