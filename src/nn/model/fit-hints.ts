// Gives the hints of a fit what they look at.
import type { Layer } from '../layers/layer.js';
import { accuracyIn } from '../hints/chance.js';
import type { HintName } from '../hints/hint.js';
import { Hints } from '../hints/hints.js';
import { planOf } from '../hints/plan.js';
import type { Variable } from '../../tensor/variable.js';
import type { Compiled } from './compiled.js';
import type { Prepared } from './prepare.js';
import type { Computation } from './inference.js';

export interface HintedFit {
  readonly model: Computation & { readonly layers: readonly Layer[]; readonly hasPenalties: boolean };
  readonly compiled: Compiled;
  readonly data: Prepared;
  readonly variables: readonly Variable[];
  /** The names in the logs. */
  readonly metricNames: readonly string[];
  readonly wanted: ReadonlySet<HintName>;
  readonly batchSize: number;
  /** How many epochs are going to run. */
  readonly epochs: number;
}

/** Looks at the model and the data, tells what there is to tell, and gives what goes on to watch; undefined if nothing is wanted. */
export async function beginHints(fit: HintedFit): Promise<Hints | undefined> {
  const { model, compiled, data, variables, metricNames, wanted, batchSize, epochs } = fit;
  if (wanted.size === 0) return undefined;
  const { layers } = model;
  const { loss } = compiled.measured;
  const plan = await planOf({
    layers,
    loss,
    isWeighted: data.weights !== undefined,
    isPenalized: model.hasPenalties,
    measuresAccuracy: accuracyIn(Object.fromEntries(metricNames.map((name) => [name, 0]))) !== undefined,
    x: data.origin.x,
    y: data.origin.y,
    outputShape: data.outputShape,
    samples: data.x.shape[0]!,
    batchSize,
    epochs,
  });
  const learningRate = (): number | undefined => {
    const rate = compiled.optimizer.learningRate;
    return typeof rate === 'number' ? rate : undefined;
  };
  const hints = new Hints({ compiled, wanted, plan, model, loss, x: data.x, y: data.y, variables, learningRate });
  await hints.begin();
  return hints;
}
