// A model as an ONNX file: the graph of its inference, for any program that runs ONNX. What training keeps (the
// optimizer's state, random numbers) has no place in it. Files of other programs are read as far as Nacre's layers go.
import { sizeOf } from '../../../base/shape.js';
import { readOnnx, writeOnnx } from '../../../formats/onnx/onnx-file.js';
import type {
  FileSource,
  FoundWeights,
  LayerOutline,
  MatchOptions,
  ModelContents,
  ModelFile,
  ModelFormat,
  NamedArrays,
  WrittenFile,
} from '../format.js';
import { exportModel } from './export-model.js';
import { importModel } from './import-model.js';
import { readOwnModel } from './own-model.js';

async function write(contents: ModelContents): Promise<WrittenFile> {
  return { main: await writeOnnx(exportModel(contents)) };
}

async function read(source: FileSource): Promise<ModelFile> {
  const { name, bytes } = source;
  const model = await readOnnx(bytes, name, (other) => source.beside(other));
  const place = `'${name}'`;
  const { config, weights } = readOwnModel(model, place) ?? importModel(model, place);
  return {
    place,
    config,
    weightElements: [...weights.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    weightsFor: (layers, options) => weightsFor(layers, options, weights),
    optimizer: undefined,
    random: undefined,
    texts: new Map(),
    extra: new Map(),
  };
}

/** By name, or, where names differ (automatic ones count on from model to model), one after the other. */
function weightsFor(
  layers: readonly LayerOutline[],
  { byName = false }: MatchOptions,
  weights: NamedArrays,
): FoundWeights {
  const paths = layers.flatMap(pathsOf);
  const names = [...weights.keys()];
  const inOrder = !byName && names.length === paths.length && !paths.every((path) => weights.has(path));
  const sources = inOrder ? names : paths;
  const leftOver = new Map(weights);
  const found = new Map<string, { name: string; array: NonNullable<ReturnType<NamedArrays['get']>> }>();
  paths.forEach((path, index) => {
    const name = sources[index]!;
    const array = weights.get(name);
    if (array) found.set(path, { name, array });
    leftOver.delete(name);
  });
  return { found, leftOver };
}

function pathsOf({ weights, layers }: LayerOutline): string[] {
  return [...weights.map(({ path }) => path), ...layers.flatMap(pathsOf)];
}

export const onnxFile: ModelFormat = { name: 'onnx', write, read };
