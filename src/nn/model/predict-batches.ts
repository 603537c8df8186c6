// The batches of a prediction over more samples than one batch has, or over what has to be computed first.
import { rowSource } from '../../tensor/rows.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Pass } from './batches.js';
import { inference } from './inference.js';
import type { RunnableModel } from './prepare-input.js';

/** The batches of a prediction, run one by one. */
export interface Batches {
  readonly steps: number;
  /** Samples in a batch but perhaps the last. */
  readonly batchSize: number;
  sizeOf(step: number): number;
  /** The output for the next batch; rows beyond the end may follow. */
  next(): Promise<Tensor>;
  dispose(): void;
}

/** Batches of rows that are picked from `input`. */
export async function manyBatches(model: RunnableModel, input: Tensor, batchSize: number): Promise<Batches> {
  const source = await rowSource(input);
  const pass = new Pass({
    samples: source.length,
    batchSize,
    ordered: false,
    exactBatches: false,
    step: (batch) => model.call(source.rows(batch.rows), inference()),
  });
  return {
    steps: pass.steps,
    batchSize: pass.batchSize,
    sizeOf: (step) => pass.sizeOf(step),
    next: async () => (await pass.advance(1)).result,
    dispose: () => pass.dispose(),
  };
}
