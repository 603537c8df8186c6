// Steps that are too long: the loss grows, swings, or is no number any more.
import type { Hint } from './hint.js';
import type { Course } from './course.js';
import { counted, insteadOf, shown } from './wording.js';

/** How much a rise must be to be more than noise: as a part of the loss of guessing, and of the lowest loss so far. */
const noise = { ofChance: 0.1, ofLowest: 0.05 };
/**
 * How many times the loss of guessing no sound training has, not even at its beginning: so many for inputs up to 1, as
 * logits grow with the inputs. And after how many updates, and how large inputs are that are not known.
 */
const exploded = 5;
const beginning = 30;
const unknownSize = 100;

export const learningRateTooHigh: Hint = {
  name: 'learningRateTooHigh',
  explainedBy: ['deadRelus', 'learningRateTooLow'],
  afterEpoch: (course) => {
    const problem = problemOf(course);
    if (problem === undefined) return undefined;
    return {
      problem,
      remedy: `The learning rate is likely too high: try a tenth of it${insteadOf(course.learningRate, 0.1)}, or an optimizer with clipNorm: 1.`,
    };
  },
};

function problemOf(course: Course): string | undefined {
  const { losses, plan } = course;
  const epochs = losses.length;
  const last = losses.at(-1)!;
  if (Number.isNaN(last) || last === Infinity)
    return `In epoch ${epochs} the loss became ${Number.isNaN(last) ? 'NaN, not a number' : 'infinite'}.`;
  const chance = plan.chance.loss;
  if (chance !== undefined && isExploded(last, chance, course))
    return `The loss is ${shown(last)} after ${counted(epochs, 'epoch')}, far more than the ${shown(chance)} of guessing.`;
  // Where an epoch is a step or two, its loss alone says little.
  if (epochs % plan.epochsToJudge !== 0) return undefined;
  return riseIn(course.judgedLosses, chance, counted(epochs, 'epoch'));
}

function riseIn(losses: readonly number[], chance: number | undefined, after: string): string | undefined {
  if (losses.length < 2) return undefined;
  const last = losses.at(-1)!;
  const lowest = Math.min(...losses.slice(0, -1));
  const scale = chance ?? Math.abs(losses[0]!);
  const rise = last - lowest;
  if (rise <= Math.max(noise.ofChance * scale, noise.ofLowest * lowest)) return undefined;
  const [previous, secondLast] = [losses.at(-2)!, losses.at(-3)];
  const risesOnAndOn = secondLast !== undefined && last > previous && previous > secondLast && last > 1.3 * lowest;
  const jumps = last > 2 * lowest && last > scale / 2;
  if (risesOnAndOn || jumps)
    return `The loss on the training samples rises: it was ${shown(lowest)}, and is ${shown(last)} after ${after}.`;
  if (chance !== undefined && last > 1.5 * chance)
    return `After ${after} the loss is ${shown(last)}, more than the ${shown(chance)} of guessing, and it does not fall.`;
  return undefined;
}

function isExploded(loss: number, chance: number, { updates, plan }: Course): boolean {
  // A loss of numbers may begin anywhere.
  if (!/Crossentropy$/.test(plan.loss.className ?? '') || updates < beginning) return false;
  const size = plan.inputs ? Math.max(-plan.inputs.min, plan.inputs.max) : unknownSize;
  return loss > exploded * Math.max(size, 1) * chance;
}
