// Average precision: the precision-recall curve as one number.
import { rejectUnknownOptions } from '../base/suggest.js';
import { averaged, averages, type Average } from './average.js';
import { binaryProblem, type BinaryOptions, type BinaryProblem } from './binary.js';
import { oneAgainstRestProblems, readClassified } from './classes.js';
import { checkChoice, type ArrayInput } from './inputs.js';
import { precisionRecallOf, type PrecisionRecallCurve } from './precision-recall-curve.js';

export interface AveragePrecisionOptions extends BinaryOptions {
  /** How the classes' numbers become one; 'macro' by default. null gives them all. */
  readonly average?: Average;
  /** The class numbers of the columns, ascending, where yTrue does not hold all of them. */
  readonly labels?: readonly number[];
}

const what = 'averagePrecision';
const teaching = { what, subject: 'Average precision' };

/** The precision-recall curve of labels and scores as one number, or one for each class. */
export function averagePrecision(
  yTrue: ArrayInput,
  yScore: ArrayInput,
  options: AveragePrecisionOptions & { average: null },
): Float64Array;
export function averagePrecision(
  yTrue: ArrayInput,
  yScore: ArrayInput,
  options?: AveragePrecisionOptions & { average?: Exclude<Average, null> },
): number;
export function averagePrecision(
  yTrue: ArrayInput,
  yScore: ArrayInput,
  options?: AveragePrecisionOptions,
): number | Float64Array;
export function averagePrecision(
  yTrue: ArrayInput,
  yScore: ArrayInput,
  options: AveragePrecisionOptions = {},
): number | Float64Array {
  rejectUnknownOptions(what, options, ['average', 'posLabel', 'classId', 'labels', 'sampleWeight']);
  const { average: givenAverage, labels, ...binary } = options;
  const average = checkChoice(givenAverage === undefined ? 'macro' : givenAverage, averages, `${what}: average`);
  const isBinary = binary.classId !== undefined || binary.posLabel !== undefined;
  const classified = isBinary ? undefined : readClassified(what, yTrue, yScore, labels);
  if (classified === undefined || classified.kind === 'binary') {
    const value = precisionOf(binaryProblem(teaching, yTrue, yScore, binary));
    return average === null ? Float64Array.of(value) : value;
  }
  return averaged(oneAgainstRestProblems(what, classified, binary.sampleWeight), average, precisionOf);
}

function precisionOf(problem: BinaryProblem): number {
  return areaUnderSteps(precisionRecallOf(what, problem, false));
}

/** The area under a curve that keeps its precision from one recall to the next. */
export function areaUnderSteps({ precision, recall }: PrecisionRecallCurve): number {
  let sum = 0;
  for (let i = 0; i + 1 < recall.length; i++) sum += (recall[i]! - recall[i + 1]!) * precision[i]!;
  return Math.max(0, sum);
}
