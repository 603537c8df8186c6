// All hints, in the order in which they are looked for.
import { batchTooLarge } from './batch-too-large.js';
import { deadRelus } from './dead-relus.js';
import type { Hint, HintName } from './hint.js';
import { labelMismatch } from './label-mismatch.js';
import { learningRateTooHigh } from './learning-rate-too-high.js';
import { learningRateTooLow } from './learning-rate-too-low.js';
import { logitsAsProbabilities } from './logits-as-probabilities.js';
import { noBetterThanChance } from './no-better-than-chance.js';
import { oneClass } from './one-class.js';
import { overfitting } from './overfitting.js';
import { softmaxTwice } from './softmax-twice.js';
import { unscaledInputs } from './unscaled-inputs.js';

// A record, so that a name without a hint does not compile.
const byName: { readonly [Name in HintName]: Hint } = {
  unscaledInputs,
  labelMismatch,
  softmaxTwice,
  logitsAsProbabilities,
  batchTooLarge,
  deadRelus,
  learningRateTooHigh,
  learningRateTooLow,
  oneClass,
  noBetterThanChance,
  overfitting,
};

export const allHints: readonly Hint[] = Object.values(byName);
