// What a hint is: a cause for poor learning that fit can tell from what it knows anyway, with what to do about it.
import { ValueError } from '../../base/errors.js';
import { flags } from '../../base/flags.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { show } from '../check.js';
import type { Course } from './course.js';
import type { FitPlan } from './plan.js';

/** The causes that fit knows, in the order in which they are looked for. Each has a page in docs/hints/. */
export const hintNames = [
  'unscaledInputs',
  'labelMismatch',
  'softmaxTwice',
  'logitsAsProbabilities',
  'batchTooLarge',
  'deadRelus',
  'learningRateTooHigh',
  'learningRateTooLow',
  'oneClass',
  'noBetterThanChance',
  'overfitting',
] as const;

export type HintName = (typeof hintNames)[number];

/** What a `hints` option takes: all of them (true, the default), none, or false for those that are not wanted. */
export type HintsOption = boolean | { readonly [Name in HintName]?: boolean };

/** What is told: one or two plain sentences. */
export interface Advice {
  /** A sentence: what is likely wrong, with the numbers that show it. */
  readonly problem: string;
  /** A sentence: what to try. */
  readonly remedy: string;
}

type Answer = Advice | undefined;

/** A cause and how to recognize it. Neither condition may cost a step anything. */
export interface Hint {
  readonly name: HintName;
  /** Causes that bring this one along: where one of them was told, this hint says nothing new. */
  readonly explainedBy?: readonly HintName[];
  /** Looks at the model, the data and the settings, before the first step. */
  readonly atStart?: (plan: FitPlan) => Answer;
  /** Looks at the course of the training, after an epoch. */
  readonly afterEpoch?: (course: Course) => Answer | Promise<Answer>;
}

/** `learningRateTooHigh` to `learning-rate-too-high`. */
export function pageOf(name: HintName): string {
  return `docs/hints/${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.md`;
}

/** The line that a user reads. */
export function lineOf(name: HintName, { problem, remedy }: Advice): string {
  return `Hint: ${problem} ${remedy} See ${pageOf(name)}.`;
}

/**
 * The hints that are wanted. Where `option` says nothing, NACRE_HINTS does.
 * @throws ValueError for what is no such option, or an unknown name in it
 */
export function wantedHints(option: HintsOption | undefined): ReadonlySet<HintName> {
  const given: unknown = option ?? flags().hints ?? true;
  if (typeof given === 'boolean') return new Set(given ? hintNames : []);
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ValueError(
      `fit: expected hints to be true, false or an object such as { overfitting: false }, received ${show(given)}.`,
    );
  rejectUnknownOptions('fit: hints', given, hintNames);
  const wanted: Readonly<Record<string, unknown>> = { ...given };
  for (const [name, value] of Object.entries(wanted))
    if (value !== undefined && typeof value !== 'boolean')
      throw new ValueError(`fit: hints: expected ${name} to be true or false, received ${show(value)}.`);
  return new Set(hintNames.filter((name) => wanted[name] !== false));
}
