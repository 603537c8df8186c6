// The area under the ROC curve: the chance that a positive scores higher than a negative.
import { ValueError } from '../base/errors.js';
import { rejectUnknownOptions } from '../base/suggest.js';
import { areaUnder } from './auc.js';
import { averaged, averages, weightedMean, type Average } from './average.js';
import { binaryProblem, columnOf, equalTo, type BinaryProblem } from './binary.js';
import { checkProbabilities, oneAgainstRestProblems, readClassified, type Classified } from './classes.js';
import { checkChoice, column, distinct, type ArrayInput } from './inputs.js';
import { rocOf } from './roc-curve.js';

export interface RocAucOptions {
  /** How the classes' areas become one; 'macro' by default. null gives them all. */
  readonly average?: Average;
  /** For class numbers of more than two classes: each class against the rest, or each pair. There is no default. */
  readonly multiClass?: 'ovr' | 'ovo';
  /** Only the part of the curve up to this false positive rate, standardised so that 0.5 is chance and 1 perfect. */
  readonly maxFpr?: number;
  /** The class numbers of the columns, ascending, where yTrue does not hold all of them. */
  readonly labels?: readonly number[];
  /** Only this class against the rest. */
  readonly classId?: number;
  /** How much each sample counts, [N]; not with 'ovo'. */
  readonly sampleWeight?: ArrayInput;
}

const what = 'rocAuc';
const teaching = { what, subject: 'The area under a ROC curve' };

/** The area under the ROC curve of labels and scores, or of each class. */
export function rocAuc(yTrue: ArrayInput, yScore: ArrayInput, options: RocAucOptions & { average: null }): Float64Array;
export function rocAuc(
  yTrue: ArrayInput,
  yScore: ArrayInput,
  options?: RocAucOptions & { average?: Exclude<Average, null> },
): number;
export function rocAuc(yTrue: ArrayInput, yScore: ArrayInput, options?: RocAucOptions): number | Float64Array;
export function rocAuc(yTrue: ArrayInput, yScore: ArrayInput, options: RocAucOptions = {}): number | Float64Array {
  rejectUnknownOptions(what, options, ['average', 'multiClass', 'maxFpr', 'labels', 'classId', 'sampleWeight']);
  const average = checkChoice(options.average === undefined ? 'macro' : options.average, averages, `${what}: average`);
  const { maxFpr = 1, classId, sampleWeight } = options;
  if (typeof maxFpr !== 'number' || !(maxFpr > 0 && maxFpr <= 1))
    throw new ValueError(`${what}: maxFpr: expected a number above 0 and up to 1, received ${maxFpr}.`);
  const measure = (problem: BinaryProblem): number => area(problem, maxFpr);
  const one = (problem: BinaryProblem): number | Float64Array =>
    average === null ? Float64Array.of(measure(problem)) : measure(problem);
  const weights = sampleWeight === undefined ? {} : { sampleWeight };
  if (classId !== undefined) return one(binaryProblem(teaching, yTrue, yScore, { classId, ...weights }));

  const classified = readClassified(what, yTrue, yScore, options.labels);
  if (classified.kind === 'binary') {
    // Of any two labels the larger one is positive; more than two are refused by binaryProblem.
    const labels = distinct(column(classified.labels, `${what}: yTrue`));
    const positive =
      labels.length === 2 ? { posLabel: labels[1]! } : labels.length === 1 ? { posLabel: labels[0]! } : {};
    return one(binaryProblem(teaching, classified.labels, classified.scores, { ...positive, ...weights }));
  }
  if (classified.kind === 'indicators')
    return averaged(oneAgainstRestProblems(what, classified, sampleWeight), average, measure);

  const { multiClass } = options;
  if (multiClass === undefined)
    throw new ValueError(
      `${what}: for class numbers of ${classified.classes.length} classes say how to go about them: { multiClass: 'ovr' } takes each class against the rest, 'ovo' each pair of classes, and { classId: ${classified.classes.at(-1)} } one class.`,
    );
  checkChoice(multiClass, ['ovr', 'ovo'], `${what}: multiClass`);
  if (maxFpr !== 1) throw new ValueError(`${what}: maxFpr is for two classes; with multiClass leave it out.`);
  checkProbabilities(what, classified.scores);
  if (multiClass === 'ovr') return averaged(oneAgainstRestProblems(what, classified, sampleWeight), average, measure);
  if (sampleWeight !== undefined) throw new ValueError(`${what}: sampleWeight has no meaning for multiClass 'ovo'.`);
  if (average !== 'macro' && average !== 'weighted')
    throw new ValueError(`${what}: average: expected 'macro' or 'weighted' for multiClass 'ovo', received ${average}.`);
  return oneAgainstOne(classified, average);
}

function area(problem: BinaryProblem, maxFpr: number): number {
  const { positive } = problem;
  if (!positive.includes(1) || !positive.includes(0)) return NaN;
  const { fpr, tpr } = rocOf(what, problem, true);
  if (maxFpr === 1) return areaUnder(fpr, tpr);
  // The first point beyond; the last one, at 1, always is.
  const stop = fpr.findIndex((rate) => rate > maxFpr);
  const share = (maxFpr - fpr[stop - 1]!) / (fpr[stop]! - fpr[stop - 1]!);
  const height = tpr[stop - 1]! + share * (tpr[stop]! - tpr[stop - 1]!);
  const partial = areaUnder([...fpr.subarray(0, stop), maxFpr], [...tpr.subarray(0, stop), height]);
  const least = 0.5 * maxFpr ** 2;
  return 0.5 * (1 + (partial - least) / (maxFpr - least));
}

/** The mean over pairs of classes that occur of both areas that tell the one from the other. */
function oneAgainstOne(
  { labels, scores, classes }: Extract<Classified, { kind: 'classes' }>,
  average: Average,
): number {
  const columns = classes.length;
  const members = Array.from(classes, (label) => positionsOf(labels.data, label));
  const values: number[] = [];
  const prevalences: number[] = [];
  const columnsOfScores = Array.from({ length: columns }, (_, index) => columnOf(scores, index));
  for (let a = 0; a < columns; a++) {
    for (let b = a + 1; b < columns; b++) {
      const samples = [...members[a]!, ...members[b]!];
      if (members[a]!.length === 0 || members[b]!.length === 0) continue;
      const labelsOfPair = samples.map((sample) => labels.data[sample]!);
      const areaFor = (index: number): number => {
        const scoresOfPair = Float64Array.from(samples, (sample) => columnsOfScores[index]![sample]!);
        const positive = equalTo(labelsOfPair, classes[index]!);
        return area({ positive, scores: scoresOfPair, weights: undefined }, 1);
      };
      values.push((areaFor(a) + areaFor(b)) / 2);
      prevalences.push(samples.length);
    }
  }
  return weightedMean(values, average === 'weighted' ? prevalences : undefined);
}

function positionsOf(labels: ArrayLike<number>, label: number): number[] {
  const positions: number[] = [];
  for (let i = 0; i < labels.length; i++) if (labels[i] === label) positions.push(i);
  return positions;
}
