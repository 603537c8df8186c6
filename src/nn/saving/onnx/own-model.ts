// Reads the model out of an ONNX file that Nacre wrote, with its configuration and the same bits in its weights.
import { DataError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { sizeOf } from '../../../base/shape.js';
import { isRecord, parseJson, type Json } from '../../../formats/json.js';
import type { OnnxModel } from '../../../formats/onnx/model.js';
import type { ModelConfig, NamedArrays } from '../format.js';
import { channelsLast, kernelFromOnnx, withRowsPermuted } from './layouts.js';
import { fingerprintOf, metadataKeys } from './own-metadata.js';

/** A model as a configuration, and its weights in order. */
export interface DescribedModel {
  readonly config: ModelConfig;
  readonly weights: NamedArrays;
}

/**
 * Undefined for a file that Nacre did not write, or that was changed since: it is imported as any other.
 * @throws DataError, which begins with `place`, for what cannot be read
 */
export function readOwnModel({ metadata, graph }: OnnxModel, place: string): DescribedModel | undefined {
  const texts = [metadataKeys.config, metadataKeys.weights].map((key) => metadata.get(key));
  if (texts.includes(undefined) || metadata.get(metadataKeys.graph) !== fingerprintOf(graph)) return undefined;
  const [config, listed] = [metadataKeys.config, metadataKeys.weights].map((key) =>
    parseJson(metadata.get(key)!, `${place}, metadata '${key}'`),
  );
  if (!isRecord(config)) throw new DataError(`${place}, metadata '${metadataKeys.config}': expected an object.`);
  const fail = (index: number, expected: string): never => {
    throw new DataError(`${place}, metadata '${metadataKeys.weights}', entry ${index}: expected ${expected}.`);
  };
  if (!Array.isArray(listed)) throw new DataError(`${place}, metadata '${metadataKeys.weights}': expected a list.`);
  const weights = new Map<string, NDArray>();
  (listed as readonly Json[]).forEach((entry, index) => {
    if (!isRecord(entry) || typeof entry.path !== 'string') return fail(index, 'an object with a path');
    const tensor = graph.initializers.get(entry.path);
    if (!tensor || weights.has(entry.path)) return fail(index, `an array '${entry.path}' of its own in the graph`);
    weights.set(
      entry.path,
      laidOut(tensor.array, entry.layout, (expected) => fail(index, expected)),
    );
  });
  return { config, weights };
}

/** The array as Nacre has it. */
function laidOut(array: NDArray, layout: Json | undefined, fail: (expected: string) => never): NDArray {
  if (layout === undefined) return array;
  if (layout === 'kernel') return array.shape.length === 4 ? kernelFromOnnx(array) : fail('a kernel of four axes');
  const isSample = Array.isArray(layout) && layout.length === 3 && layout.every((size) => Number.isSafeInteger(size));
  if (!isSample || sizeOf(layout as number[]) !== array.shape[0])
    return fail("the layout 'kernel', or the shape of samples with as many elements as the array has rows");
  const [height, width, channels] = layout as [number, number, number];
  return withRowsPermuted(array, [channels, height, width], channelsLast);
}
