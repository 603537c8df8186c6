// A model as one safetensors file: its arrays, and its texts in the file's metadata.
import { readSafetensors } from '../../../formats/safetensors.js';
import type { ModelFormat } from '../format.js';
import { modelOfArrays } from './named-arrays.js';

export const safetensorsFile: ModelFormat = {
  name: 'safetensors',
  write: async (contents) => {
    // Loaded when it is used: most pages only read.
    const [{ arraysOfModel }, { writeSafetensors }] = await Promise.all([
      import('./arrays-of-model.js'),
      import('../../../formats/write-safetensors.js'),
    ]);
    const { arrays, texts } = arraysOfModel(contents);
    return { main: writeSafetensors({ tensors: arrays, metadata: texts }) };
  },
  read: async ({ bytes, name, owned = false }) => {
    const { tensors, metadata } = readSafetensors(bytes, name, { shared: owned });
    return modelOfArrays({ arrays: tensors, texts: metadata }, name);
  },
};
