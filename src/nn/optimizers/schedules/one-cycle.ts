// One cycle: the rate rises to a high one, falls back, and ends far below where it started.
import { ValueError } from '../../../base/errors.js';
import { rejectUnknownOptions, unknownName } from '../../../base/suggest.js';
import { full, where } from '../../../tensor/creation.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkBoolean, checkNumber, checkWhole, show } from '../../check.js';
import { makeSchedule, type Schedule } from './schedule.js';

/** How a rate moves from one value to another: along half a cosine, or a straight line. */
export type AnnealStrategy = 'cos' | 'linear';

export interface OneCycleOptions {
  /** The highest rate. */
  readonly maxLearningRate: number;
  /** The number of steps of the whole cycle; or give `epochs` and `stepsPerEpoch`. */
  readonly totalSteps?: number;
  readonly epochs?: number;
  readonly stepsPerEpoch?: number;
  /** The part of the steps in which the rate rises; 0.3 by default. */
  readonly pctStart?: number;
  /** 'cos' by default. */
  readonly annealStrategy?: AnnealStrategy;
  /** The first rate is the highest divided by this; 25 by default. */
  readonly divFactor?: number;
  /** The last rate is the first divided by this; 10000 by default. */
  readonly finalDivFactor?: number;
  /** Whether the rate falls to the first one as fast as it rose, and only then to the last; false by default. */
  readonly threePhase?: boolean;
  readonly name?: string;
}

const optionNames = [
  'maxLearningRate',
  'totalSteps',
  'epochs',
  'stepsPerEpoch',
  'pctStart',
  'annealStrategy',
  'divFactor',
  'finalDivFactor',
  'threePhase',
  'name',
] as const satisfies readonly (keyof OneCycleOptions)[];

const strategies: readonly AnnealStrategy[] = ['cos', 'linear'];

/** A part of the cycle, from the end of the one before to the step `end`, in which the rate moves to `rate`. */
interface CyclePhase {
  readonly end: number;
  readonly rate: number;
}

function stepsOf(options: OneCycleOptions, what: string): number {
  const { totalSteps, epochs, stepsPerEpoch } = options;
  if (totalSteps !== undefined && epochs === undefined && stepsPerEpoch === undefined)
    return checkWhole(totalSteps, `${what}: totalSteps`);
  if (totalSteps === undefined && epochs !== undefined && stepsPerEpoch !== undefined)
    return checkWhole(epochs, `${what}: epochs`) * checkWhole(stepsPerEpoch, `${what}: stepsPerEpoch`);
  const given = (['totalSteps', 'epochs', 'stepsPerEpoch'] as const).filter((name) => options[name] !== undefined);
  throw new ValueError(
    `${what}: expected either totalSteps, or epochs and stepsPerEpoch, received ${given.join(', ') || 'none of them'}.`,
  );
}

/** The rate on its way from one value to another; `part` goes from 0 to 1. */
function anneal(strategy: AnnealStrategy, from: number, to: number, part: Tensor): Tensor {
  if (strategy === 'linear') return part.mul(to - from).add(from);
  return part
    .mul(Math.PI)
    .cos()
    .add(1)
    .mul((from - to) / 2)
    .add(to);
}

/**
 * One cycle over `totalSteps` steps: from maxLearningRate / divFactor up to maxLearningRate, then down to the first rate
 * divided by finalDivFactor (Smith and Topin, 2018; the formula of PyTorch's OneCycleLR). After the last step the rate
 * stays. Momentum stays as the optimizer has it.
 *
 * @example
 * optimizers.sgd({ learningRate: schedules.oneCycle({ maxLearningRate: 0.1, epochs: 5, stepsPerEpoch: 1875 }), momentum: 0.9 })
 * @throws ValueError for an unknown option, or a value outside what is allowed
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  const what = 'schedules.oneCycle';
  rejectUnknownOptions(what, options, optionNames);
  const highest = checkNumber(options.maxLearningRate, `${what}: maxLearningRate`, 0);
  const totalSteps = stepsOf(options, what);
  const pctStart = checkNumber(options.pctStart ?? 0.3, `${what}: pctStart`, 0, 1);
  const strategy: unknown = options.annealStrategy ?? 'cos';
  if (typeof strategy !== 'string')
    throw new ValueError(`${what}: annealStrategy: expected 'cos' or 'linear', received ${show(strategy)}.`);
  if (!isStrategy(strategy)) throw unknownName(`annealStrategy of ${what}`, strategy, strategies);
  const factor = (value: unknown, name: string): number => {
    const checked = checkNumber(value, `${what}: ${name}`, 0);
    if (checked === 0) throw new ValueError(`${what}: ${name}: expected a number above 0, received 0.`);
    return checked;
  };
  const divFactor = factor(options.divFactor ?? 25, 'divFactor');
  const finalDivFactor = factor(options.finalDivFactor ?? 1e4, 'finalDivFactor');
  const threePhase = checkBoolean(options.threePhase ?? false, `${what}: threePhase`);
  const first = highest / divFactor;
  const last = first / finalDivFactor;
  const top = pctStart * totalSteps - 1;
  const phases: readonly CyclePhase[] = [
    { end: top, rate: highest },
    ...(threePhase ? [{ end: 2 * pctStart * totalSteps - 2, rate: first }] : []),
    { end: totalSteps - 1, rate: last },
  ];
  return makeSchedule(
    'OneCycle',
    (step) => cycle(step.minimum(totalSteps - 1), first, phases, strategy),
    {
      max_learning_rate: highest,
      total_steps: totalSteps,
      pct_start: pctStart,
      anneal_strategy: strategy,
      div_factor: divFactor,
      final_div_factor: finalDivFactor,
      three_phase: threePhase,
    },
    options.name ?? 'OneCycle',
  );
}

function isStrategy(name: string): name is AnnealStrategy {
  return (strategies as readonly string[]).includes(name);
}

/** The rate at `step`, a float32 scalar from 0 to the end of the last phase. */
function cycle(step: Tensor, first: number, phases: readonly CyclePhase[], strategy: AnnealStrategy): Tensor {
  const rates = phases.map(({ end, rate }, i) => {
    // The first phase starts at step 0, the others where the one before ends, even if that is before step 0.
    const [from, start] = i === 0 ? [first, 0] : [phases[i - 1]!.rate, phases[i - 1]!.end];
    // A phase of no length is at its end at once.
    return end === start ? full([], rate) : anneal(strategy, from, rate, step.sub(start).div(end - start));
  });
  return rates.reduceRight((later, rate, i) => where(step.lessEqual(phases[i]!.end), rate, later));
}
