// A model as one safetensors file: its arrays, and its texts in the file's metadata.
import { readSafetensors, writeSafetensors } from '../../formats/safetensors.js';
import type { ModelFormat } from './format.js';
import { arraysOfModel, modelOfArrays } from './named-arrays.js';

export const safetensorsFile: ModelFormat = {
  name: 'safetensors',
  write: async (contents) => {
    const { arrays, texts } = arraysOfModel(contents);
    return { main: writeSafetensors({ tensors: arrays, metadata: texts }) };
  },
  read: async ({ bytes, name, owned = false }) => {
    const { tensors, metadata } = readSafetensors(bytes, name, { shared: owned });
    return modelOfArrays({ arrays: tensors, texts: metadata }, name);
  },
};
