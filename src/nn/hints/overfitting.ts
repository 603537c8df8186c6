// A model that learns its training samples by heart: the loss on them falls, that on the validation samples rises.
import type { Hint } from './hint.js';
import type { Course } from './course.js';
import { shown } from './wording.js';

/** Validations in a row without a new lowest loss. */
const patience = 3;
/**
 * How much above the lowest the loss must be, since single epochs waver and a small rise costs no accuracy: half as much
 * again, or as much as a tenth of what guessing has where that is less, but a fifth at least.
 */
const rise = { most: 0.5, ofChance: 0.1, least: 0.2 };

export const overfitting: Hint = {
  name: 'overfitting',
  explainedBy: ['learningRateTooHigh'],
  afterEpoch: ({ logs, plan }: Course) => {
    const validated = logs.flatMap((of, index) =>
      of.val_loss === undefined ? [] : [{ epoch: index + 1, validation: of.val_loss, training: of.loss! }],
    );
    const last = validated.at(-1);
    if (last === undefined || last.epoch !== logs.length) return undefined;
    const best = validated.reduce((lowest, each) => (each.validation < lowest.validation ? each : lowest));
    const needed = Math.max(patience, plan.epochsToJudge);
    const since = validated.filter(({ epoch }) => epoch > best.epoch);
    const scale = plan.chance.loss ?? validated[0]!.validation;
    // Far below what guessing has, ratios say nothing: 0.0001 and 0.0002 are the same.
    const least = Math.max(rise.least * best.validation, 0.01 * scale);
    const enough = Math.max(least, Math.min(rise.most * best.validation, rise.ofChance * scale));
    const hasTurned =
      since.length >= needed &&
      since.slice(-needed).every(({ validation }) => validation - best.validation > enough / 2) &&
      last.validation - best.validation > enough;
    if (!hasTurned || last.training >= best.training || last.training >= last.validation) return undefined;
    return {
      problem: `The model overfits: since epoch ${best.epoch} the loss on the validation samples has risen from ${shown(best.validation)} to ${shown(last.validation)}, while that on the training samples falls.`,
      remedy: 'Take more data or vary it, add dropout or a kernelRegularizer, or stop training early.',
    };
  },
};
