// A model as an ONNX file: the graph of its inference, for any program that runs ONNX. What training keeps (the
// optimizer's state, random numbers) has no place in it. Files of other programs are read as far as Nacre's layers go.
import { sizeOf } from '../../../base/shape.js';
import { readOnnx, writeOnnx } from '../../../formats/onnx/onnx-file.js';
import type { FileSource, ModelContents, ModelFile, ModelFormat, WrittenFile } from '../format.js';
import { matchByName } from '../match-by-name.js';
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
    weightsFor: (layers, options) => matchByName(layers, options, weights, [...weights.keys()]),
    optimizer: undefined,
    random: undefined,
    texts: new Map(),
    extra: new Map(),
  };
}

export const onnxFile: ModelFormat = { name: 'onnx', write, read };
