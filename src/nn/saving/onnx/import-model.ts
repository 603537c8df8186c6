import { DataError } from '../../../base/errors.js';
import type { OnnxModel } from '../../../formats/onnx/model.js';
import type { DescribedModel } from './own-model.js';

export function importModel(_model: OnnxModel, place: string): DescribedModel {
  throw new DataError(`${place}: not written by Nacre.`);
}
