// Makes the data of a run ready: tensors of fitting shapes, looked through, as rows that batches are picked from.
import { rowSource } from '../../tensor/rows.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Pass, type Batch } from './batches.js';
import type { Compiled } from './compiled.js';
import { checkFinite } from './check-finite.js';
import { checkLabels } from './data-checks.js';
import { asSingle, checkSameLength, toTensor, type ModelData } from './data.js';
import type { Origin } from './origin.js';
import { prepareInput, type RunnableModel } from './prepare-input.js';
import type { BatchData } from './steps.js';

/** Checked data, still lazy. */
export interface Prepared {
  readonly origin: Origin;
  readonly x: Tensor;
  readonly y: Tensor;
  readonly weights: Tensor | undefined;
  /** Of the model's output for all samples. */
  readonly outputShape: readonly number[];
  readonly exactBatches: boolean;
}

/** Checks x and y against the model and its loss, before anything runs. */
export async function prepare(
  model: RunnableModel,
  compiled: Compiled,
  what: string,
  x: ModelData,
  y: ModelData,
): Promise<Prepared> {
  const given = toTensor(x, `${what}: x`);
  const labels = toTensor(y, `${what}: y`);
  checkSameLength(what, given, labels, 'y');
  const input = await prepareInput(model, what, given);
  const outputShape = model.outputShapeFor(input.shape);
  const { exactBatches } = compiled.probe(labels, outputShape);
  await checkFinite(`${what}: y`, labels);
  await checkLabels(`${what}: y`, labels, compiled.measured.loss, outputShape);
  const origin: Origin = { x: given, y: labels, weights: undefined, range: [0, given.shape[0]!] };
  return {
    origin,
    x: input,
    y: model.isDouble ? labels : asSingle(labels),
    weights: undefined,
    outputShape,
    exactBatches,
  };
}

/** `data` with a weight for each sample. */
export function weighted(data: Prepared, weights: Tensor): Prepared {
  return { ...data, weights, origin: { ...data.origin, weights } };
}

/** `data` in which all samples count the same. */
export function unweighted(data: Prepared): Prepared {
  return { ...data, weights: undefined, origin: { ...data.origin, weights: undefined } };
}

/** A range of the samples. */
export function samples(data: Prepared, start: number, end: number): Prepared {
  const part = (tensor: Tensor): Tensor => tensor.slice([start, end]);
  return {
    ...data,
    origin: { ...data.origin, range: [start, end] },
    x: part(data.x),
    y: part(data.y),
    weights: data.weights && part(data.weights),
    outputShape: [end - start, ...data.outputShape.slice(1)],
  };
}

/** One pass over `data` whose steps compute `step`. */
export async function passOver(
  data: Prepared,
  options: { readonly batchSize: number; readonly ordered: boolean; readonly endless?: boolean },
  step: (batch: Batch, rows: BatchData) => void,
): Promise<Pass<undefined>> {
  const [x, y, weights] = await Promise.all([
    rowSource(data.x),
    rowSource(data.y),
    data.weights && rowSource(data.weights),
  ]);
  return new Pass({
    ...options,
    samples: x.length,
    exactBatches: data.exactBatches,
    step: (batch): undefined => {
      step(batch, { x: x.rows(batch.rows), y: y.rows(batch.rows), weights: weights?.rows(batch.rows) });
    },
  });
}
