// Keras 3's file of weights alone, `.weights.h5`: the tree that a `.keras` file has inside, without a configuration.
import { ValueError } from '../../base/errors.js';
import { readHdf5, writeHdf5 } from '../../formats/hdf5.js';
import type { FileSource, ModelContents, ModelFile, ModelFormat, WrittenFile } from './format.js';
import { kerasTree, readKerasTree } from './keras-weights.js';

async function write(contents: ModelContents): Promise<WrittenFile> {
  if (contents.config)
    throw new ValueError(
      "A '.weights.h5' file holds weights alone. Call model.saveWeights(path), or keep the whole model in a file such as 'model.keras'.",
    );
  return { main: await writeHdf5(kerasTree(contents)) };
}

async function read({ bytes, name: file }: FileSource): Promise<ModelFile> {
  const root = await readHdf5(bytes, file);
  return { ...readKerasTree(root, `'${file}'`), config: undefined };
}

export const weightsH5File: ModelFormat = { name: 'Keras weights', write, read };
