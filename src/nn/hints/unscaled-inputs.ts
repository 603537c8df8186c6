// Inputs that are far from the size that initial weights and learning rates are made for.
import type { Advice, Hint } from './hint.js';
import type { FitPlan } from './plan.js';
import { shown } from './wording.js';

/** Larger inputs slow training down or blow it up. */
const large = 100;
/** Images of fewer shades are left to their owner: whole numbers this small may count something. */
const leastShades = 16;

function advise({ inputs }: FitPlan): Advice | undefined {
  if (!inputs) return undefined;
  const { min, max, arePixels } = inputs;
  if (arePixels && min >= 0 && max >= leastShades && max <= 255)
    return {
      problem: `The inputs look like pixels that were not scaled: x has values such as ${max}.`,
      remedy: 'Networks learn better from small numbers; scale it, for example x.div(255).',
    };
  const size = Math.max(-min, max);
  if (size <= large) return undefined;
  return {
    problem: `The inputs are not scaled: x has values such as ${shown(size === max ? max : min)}.`,
    remedy:
      'Subtract the mean of each feature and divide by its standard deviation, so that values are around -1 to 1.',
  };
}

export const unscaledInputs: Hint = { name: 'unscaledInputs', atStart: advise };
