// Keras 3's file of weights alone, `.weights.h5`: the tree that a `.keras` file has inside, without a configuration.
import { ValueError } from '../../../base/errors.js';
import { writeHdf5 } from '../../../formats/hdf5.js';
import type { FileSource, ModelContents, ModelFile, ModelFormat, WrittenFile } from '../format.js';
import { kerasTree } from './weight-tree.js';
import { readHdf5Model } from '../legacy/h5-file.js';

async function write(contents: ModelContents): Promise<WrittenFile> {
  if (contents.config)
    throw new ValueError(
      "A '.weights.h5' file holds weights alone. Call model.saveWeights(path), or keep the whole model in a file such as 'model.keras'.",
    );
  return { main: await writeHdf5(kerasTree(contents)) };
}

/** Keras 2 wrote its own arrangement under this ending too. */
function read({ bytes, name }: FileSource): Promise<ModelFile> {
  return readHdf5Model(bytes, name);
}

export const weightsH5File: ModelFormat = { name: 'Keras weights', write, read };
