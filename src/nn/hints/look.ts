// One look inside a model that does not learn: which layers are silent and what is predicted, for a few samples. It is
// a program of its own, made only when the logs give reason to, and runs between epochs.
import { fromNDArray } from '../../tensor/creation.js';
import { compile } from '../../tensor/compile.js';
import { rowSource } from '../../tensor/rows.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Layer } from '../layers/layer.js';
import type { Loss } from '../losses/loss.js';
import { inference, type Computation } from '../model/inference.js';
import { activationOf } from './structure.js';

export interface Look {
  readonly samples: number;
  /** The names of relu layers whose outputs are 0 for every sample, in the model's order. */
  readonly silentLayers: readonly string[];
  /** The classes that the model gives, without repeats; undefined where it does not predict classes. */
  readonly predicted: readonly number[] | undefined;
  /** The classes that the labels give. */
  readonly expected: readonly number[] | undefined;
}

export interface LookSource {
  readonly model: Computation;
  readonly loss: Pick<Loss, 'className' | 'labels' | 'fromLogits'>;
  /** What is trained on, as the model takes it: x [N, ...] and y [N, ...]. */
  readonly x: Tensor;
  readonly y: Tensor;
  readonly samples: number;
}

/** Computes the model's layers for evenly spaced samples, as in inference. */
export async function lookInside({ model, loss, x, y, samples }: LookSource): Promise<Look> {
  const [inputs, labels] = await Promise.all([rowSource(x), rowSource(y)]);
  const count = Math.min(samples, inputs.length);
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * inputs.length) / count));
  const relus: Layer[] = [];
  const look = compile((indices: Tensor) => {
    const largest: Tensor[] = [];
    relus.length = 0;
    const observe = (layer: Layer, output: Tensor): void => {
      if (activationOf(layer) !== 'relu') return;
      relus.push(layer);
      largest.push(output.abs().max());
    };
    const output = model.call(inputs.rows(indices), { ...inference(), observe });
    return { largest, output, labels: labels.rows(indices) };
  });
  try {
    const found = await look(fromNDArray({ dtype: 'int32', shape: [count], data: rows }));
    const largest = await Promise.all(found.largest.map((value) => value.item()));
    const predicts = classifies(loss);
    return {
      samples: count,
      silentLayers: relus.filter((_, index) => largest[index] === 0).map(({ name }) => name),
      predicted: predicts ? await classesIn(found.output, loss.fromLogits ? 0 : 0.5) : undefined,
      expected: predicts ? await expectedIn(found.labels, found.output, loss) : undefined,
    };
  } finally {
    look.dispose();
  }
}

function classifies({ className }: Pick<Loss, 'className'>): boolean {
  return /Crossentropy$/.test(className ?? '');
}

async function expectedIn(labels: Tensor, output: Tensor, loss: Pick<Loss, 'labels'>): Promise<number[] | undefined> {
  if (loss.labels !== 'classIndex') return classesIn(labels.rank < output.rank ? labels.expandDims(-1) : labels, 0.5);
  return distinct(await labels.data());
}

/** The positions of the largest of each row [..., K]; for K = 1, which side of `threshold` it is on. */
async function classesIn(rows: Tensor, threshold: number): Promise<number[]> {
  const { shape, data } = await rows.realize();
  const width = shape.at(-1) ?? 1;
  const classes: number[] = [];
  for (let start = 0; start < data.length; start += width) {
    let best = 0;
    for (let i = 1; i < width; i++) if (data[start + i]! > data[start + best]!) best = i;
    classes.push(width === 1 ? Number(data[start]! > threshold) : best);
  }
  return distinct(classes);
}

function distinct(values: ArrayLike<number>): number[] {
  return [...new Set(Array.from(values))];
}
