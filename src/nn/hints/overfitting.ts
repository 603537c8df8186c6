// A model that learns its training samples by heart: the loss on them falls, that on the validation samples rises.
import type { Hint } from './hint.js';
import type { Course } from './course.js';
import { shown } from './wording.js';

/** Validations in a row without a new lowest loss. */
const patience = 3;
/** How much above the lowest the loss must be: single epochs waver, and a small rise costs no accuracy. */
const rise = 1.5;

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
    const since = validated.filter(({ epoch }) => epoch > best.epoch);
    // Far below what guessing has, ratios say nothing: 0.0001 and 0.0002 are the same.
    const isNoise = last.validation - best.validation < 0.01 * (plan.chance.loss ?? validated[0]!.validation);
    const hasTurned =
      since.length >= patience &&
      since.slice(-patience).every(({ validation }) => validation > ((1 + rise) / 2) * best.validation) &&
      last.validation > rise * best.validation;
    if (!hasTurned || isNoise || last.training >= best.training || last.training >= last.validation) return undefined;
    return {
      problem: `The model overfits: since epoch ${best.epoch} the loss on the validation samples has risen from ${shown(best.validation)} to ${shown(last.validation)}, while that on the training samples falls.`,
      remedy: 'Take more data or vary it, add dropout or a kernelRegularizer, or stop training early.',
    };
  },
};
