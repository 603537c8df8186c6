// A rate that stays the same between steps at which it changes.
import { ValueError } from '../../../base/errors.js';
import { rejectUnknownOptions } from '../../../base/suggest.js';
import { full, where } from '../../../tensor/creation.js';
import { checkNumber, show } from '../../check.js';
import { makeSchedule, type Schedule } from './schedule.js';

export interface PiecewiseConstantDecayOptions {
  /** Steps in ascending order; each is the last one with the rate before it. */
  readonly boundaries: readonly number[];
  /** The rates: one more than there are boundaries. */
  readonly values: readonly number[];
  readonly name?: string;
}

function checkNumbers(list: unknown, what: string, low?: number): number[] {
  if (!Array.isArray(list)) throw new ValueError(`${what}: expected a list of numbers, received ${show(list)}.`);
  return list.map((item, i) => checkNumber(item, `${what}[${i}]`, low));
}

/** `values[0]` up to step `boundaries[0]` (included), then `values[1]`, and so on. */
export function piecewiseConstantDecay(options: PiecewiseConstantDecayOptions): Schedule {
  const what = 'schedules.piecewiseConstantDecay';
  rejectUnknownOptions(what, options, ['boundaries', 'values', 'name']);
  const boundaries = checkNumbers(options.boundaries, `${what}: boundaries`);
  const values = checkNumbers(options.values, `${what}: values`, 0);
  if (values.length !== boundaries.length + 1)
    throw new ValueError(
      `${what}: expected one value more than there are boundaries, received ${boundaries.length} boundaries and ${values.length} values.`,
    );
  if (boundaries.some((boundary, i) => i > 0 && boundary <= boundaries[i - 1]!))
    throw new ValueError(`${what}: expected ascending boundaries, received ${JSON.stringify(boundaries)}.`);
  return makeSchedule(
    'PiecewiseConstantDecay',
    (step) =>
      boundaries.reduceRight(
        (later, boundary, i) => where(step.lessEqual(boundary), full([], values[i]!), later),
        full([], values.at(-1)!),
      ),
    { boundaries, values },
    options.name ?? 'PiecewiseConstant',
  );
}
