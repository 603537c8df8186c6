// What a fit is going to do, as hints see it before the first step: the model, the loss, the data's statistics, the
// settings.
import type { Layer } from '../layers/layer.js';
import type { Loss } from '../losses/loss.js';
import { chanceOf, type Chance } from './chance.js';
import { endOf, feedsValuesDirectly, type Ending } from './structure.js';
import { inputRange, labelStatistics, type InputRange, type LabelStatistics } from './statistics.js';
import type { Tensor } from '../../tensor/tensor.js';

/** What a plan is made from. */
export interface PlanSource {
  readonly layers: readonly Layer[];
  readonly loss: Loss;
  /** Whether samples count differently in the loss. */
  readonly isWeighted: boolean;
  /** Whether regularizers add penalties to the loss. */
  readonly isPenalized: boolean;
  /** Whether `accuracy` was asked for. */
  readonly measuresAccuracy: boolean;
  /** As the user gave them. */
  readonly x: Tensor;
  readonly y: Tensor;
  /** Of the model's output, batch axis first. */
  readonly outputShape: readonly number[];
  /** Samples that are trained on. */
  readonly samples: number;
  readonly batchSize: number;
  readonly epochs: number;
}

export interface FitPlan {
  readonly loss: Pick<Loss, 'className' | 'fromLogits'>;
  /** How the model ends. */
  readonly ending: Ending;
  /** The last axis of the output: units of the last layer. */
  readonly outputs: number;
  readonly measuresAccuracy: boolean;
  /** Of x, where it reaches the first weights as it is and can be told without computing. */
  readonly inputs: InputRange | undefined;
  /** Of y, where it is at hand. */
  readonly labels: LabelStatistics | undefined;
  /** What guessing would reach. */
  readonly chance: Chance;
  /** Whether samples count differently: then rightly the answers may be right less often than those of guessing. */
  readonly isWeighted: boolean;
  readonly samples: number;
  readonly batchSize: number;
  /** Updates in an epoch. */
  readonly steps: number;
  readonly epochs: number;
  /** How many epochs have updates enough that one number can be compared with the next: single updates waver. */
  readonly epochsToJudge: number;
}

/** Updates after which one loss can be compared with the one before. */
const judgedUpdates = 20;

/** Looks at what is in memory already; computes nothing that would need a program. */
export async function planOf(source: PlanSource): Promise<FitPlan> {
  const { layers, loss, x, y, outputShape, samples, batchSize, epochs, measuresAccuracy, isWeighted, isPenalized } =
    source;
  const outputs = outputShape.at(-1) ?? 1;
  const steps = Math.ceil(samples / batchSize);
  const labels = await labelStatistics(y, loss, outputs);
  return {
    loss,
    ending: endOf(layers),
    outputs,
    measuresAccuracy,
    inputs: feedsValuesDirectly(layers) ? await inputRange(x) : undefined,
    labels,
    // A loss with weights or penalties in it cannot be compared with that of guessing.
    chance: chanceOf(loss, outputs, labels, !isWeighted && !isPenalized),
    isWeighted,
    samples,
    batchSize,
    steps,
    epochs,
    epochsToJudge: Math.ceil(judgedUpdates / steps),
  };
}
