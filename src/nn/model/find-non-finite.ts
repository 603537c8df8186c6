// Finds out where numbers stopped being finite: runs one training step piece by piece, outside of the compiled program,
// and looks at what each piece gives.
import type { NDArray } from '../../base/ndarray.js';
import { variableGradients } from '../../tensor/grad.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import type { Layer } from '../layers/layer.js';
import { leafLayers } from '../layers/within.js';
import type { Loss } from '../losses/loss.js';
import type { Batch } from './batches.js';
import type { Computation } from './inference.js';
import { lossOf, trainingContext, type BatchData } from './steps.js';

export interface StepParts {
  readonly model: Computation & { readonly layers: readonly Layer[] };
  readonly loss: Loss;
  /** What training moves. */
  readonly variables: readonly Variable[];
  /** The number of the step, an int32 scalar. */
  readonly step: Tensor;
  readonly batch: Batch;
  readonly data: BatchData;
}

/** Where the step's numbers first are NaN or infinite: in words, or undefined where all are finite before the update. */
export async function findNonFinite({
  model,
  loss,
  variables,
  step,
  batch,
  data,
}: StepParts): Promise<string | undefined> {
  const weights = await nonFiniteWeights(model.layers);
  if (weights !== undefined) return weights;
  const given = [
    ['the inputs x of the batch', data.x],
    ['the labels y of the batch', data.y],
    ...(data.weights ? ([['the sample weights of the batch', data.weights]] as const) : []),
  ] as const;
  for (const [name, tensor] of given) {
    const found = nonFiniteIn(await tensor.realize());
    if (found !== undefined) return `${name} are ${found} already`;
  }

  const outputs: (readonly [layer: Layer, output: Tensor])[] = [];
  const { value, gradients } = variableGradients(() => {
    const observe = (layer: Layer, output: Tensor): void => void outputs.push([layer, output]);
    return lossOf(model, loss, batch, data, model.call(data.x, { ...trainingContext(step), observe }));
  }, variables);
  for (const [layer, output] of outputs) {
    const found = nonFiniteIn(await output.realize());
    if (found !== undefined)
      return `the outputs of ${nameOf(layer)} are ${found}, from inputs and weights that are finite`;
  }
  const found = nonFiniteIn(await value.realize());
  if (found !== undefined) return `the loss is ${found}, from outputs of the model that are finite`;
  // Gradients flow from the last layer to the first, so that the last one that is wrong was the first.
  for (let i = variables.length - 1; i >= 0; i--) {
    const variable = variables[i]!;
    const wrong = nonFiniteIn(await gradients[i]!.realize());
    const layer = leafLayers(model.layers).find((candidate) => candidate.weights.includes(variable));
    if (wrong !== undefined)
      return `the gradients of ${layer ? nameOf(layer) : 'the model'} ("${variable.name}") are ${wrong}, while outputs and loss are finite`;
  }
  return undefined;
}

/** The first layer with weights that are not finite, in words. */
export async function nonFiniteWeights(layers: readonly Layer[]): Promise<string | undefined> {
  for (const layer of leafLayers(layers))
    for (const weight of layer.weights) {
      const found = nonFiniteIn(await weight.read());
      if (found !== undefined) return `the weights of ${nameOf(layer)} ("${weight.name}") are ${found}`;
    }
  return undefined;
}

function nonFiniteIn({ data }: NDArray): 'NaN' | 'infinite' | undefined {
  let isInfinite = false;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) isInfinite = true;
  }
  return isInfinite ? 'infinite' : undefined;
}

function nameOf(layer: Layer): string {
  return `layer "${layer.name}" (${layer.className})`;
}
