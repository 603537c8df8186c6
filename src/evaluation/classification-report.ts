// The classification report: precision, recall and F1 of every class, and their averages, as a table.
import { ValueError } from '../base/errors.js';
import { rejectUnknownOptions } from '../base/suggest.js';
import { countPairs } from './confusion-matrix.js';
import { decide } from './decide.js';
import { checkInteger, distinct, readWeights, type ArrayInput } from './inputs.js';
import { formatReport, type ClassReport, type ClassScores, type ReportScores } from './report-text.js';

export interface ClassificationReportOptions {
  /** The classes to report and their order; by default all that occur, ascending. */
  readonly labels?: readonly number[];
  /** Names for the classes, in the order of `labels`. */
  readonly targetNames?: readonly string[];
  /** How much each sample counts, [N]. */
  readonly sampleWeight?: ArrayInput;
  /** Digits after the point in the text; 2 by default. The numbers themselves are not rounded. */
  readonly digits?: number;
  /** What a share of nothing is: 0 (the default), 1, or NaN, which averages leave out. */
  readonly zeroDivision?: number;
}

/** The numbers of a report; as a string it is scikit-learn's table. */
export class ClassificationReport implements ReportScores {
  readonly classes: readonly ClassReport[];
  /** The share of right answers; undefined where only some of the classes are reported: see `microAverage`. */
  readonly accuracy: number | undefined;
  /** Of all samples together; where all classes are reported, its three shares are the accuracy. */
  readonly microAverage: ClassScores;
  /** The mean over the classes. */
  readonly macroAverage: ClassScores;
  /** The mean over the classes, each weighted by its support. */
  readonly weightedAverage: ClassScores;
  readonly #digits: number;

  constructor(
    classes: readonly ClassReport[],
    averages: { readonly micro: ClassScores; readonly macro: ClassScores; readonly weighted: ClassScores },
    options: { readonly coversAll: boolean; readonly digits: number },
  ) {
    this.classes = classes;
    this.accuracy = options.coversAll ? averages.micro.f1Score : undefined;
    this.microAverage = averages.micro;
    this.macroAverage = averages.macro;
    this.weightedAverage = averages.weighted;
    this.#digits = options.digits;
  }

  /** The table. */
  toString(): string {
    return formatReport(this, this.#digits);
  }

  /** What Node prints for a report. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

const what = 'classificationReport';

/** Precision, recall, F1 and support of every class, and their averages. */
export function classificationReport(
  yTrue: ArrayInput,
  yPred: ArrayInput,
  options: ClassificationReportOptions = {},
): ClassificationReport {
  rejectUnknownOptions(what, options, ['labels', 'targetNames', 'sampleWeight', 'digits', 'zeroDivision']);
  const { zeroDivision = 0 } = options;
  if (zeroDivision !== 0 && zeroDivision !== 1 && !Number.isNaN(zeroDivision))
    throw new ValueError(`${what}: zeroDivision: expected 0, 1 or NaN, received ${String(zeroDivision)}.`);
  const digits = checkInteger(options.digits ?? 2, 0, 20, `${what}: digits`);
  const { labels, predictions } = decide(what, yTrue, yPred);
  const weights = readWeights(what, options.sampleWeight, labels.length);
  const present = distinct([...distinct(labels), ...distinct(predictions)]);
  const reported = options.labels ?? Array.from(present);
  if (reported.length === 0) throw new ValueError(`${what}: labels: expected at least one class, received none.`);
  const names = options.targetNames ?? reported.map(String);
  if (names.length !== reported.length)
    throw new ValueError(
      `${what}: targetNames: expected ${reported.length} names, one for each class (${reported.join(', ')}), received ${names.length}. Give labels to say which classes are meant.`,
    );
  const all = distinct([...present, ...reported]);
  const counts = countPairs(all, labels, predictions, weights);
  const tallies = reported.map((label) => tallyOf(counts, all.indexOf(label)));
  const scores = tallies.map((tally) => scoresOf(tally, zeroDivision));
  const support = scores.reduce((sum, score) => sum + score.support, 0);
  const total: Tally = {
    hits: sum(tallies, (tally) => tally.hits),
    predicted: sum(tallies, (tally) => tally.predicted),
    actual: sum(tallies, (tally) => tally.actual),
  };
  const meanBy = (weightOf: (score: ClassScores) => number): ClassScores => ({
    precision: meanWithoutNaN(scores, (score) => score.precision, weightOf),
    recall: meanWithoutNaN(scores, (score) => score.recall, weightOf),
    f1Score: meanWithoutNaN(scores, (score) => score.f1Score, weightOf),
    support,
  });
  return new ClassificationReport(
    scores.map((score, index) => ({ label: reported[index]!, name: names[index]!, ...score })),
    {
      micro: { ...scoresOf(total, zeroDivision), support },
      macro: meanBy(() => 1),
      weighted: meanBy((score) => score.support),
    },
    { coversAll: present.every((label) => reported.includes(label)), digits },
  );
}

/** How many samples were taken for a class rightly, taken for it, and are of it. */
interface Tally {
  readonly hits: number;
  readonly predicted: number;
  readonly actual: number;
}

function tallyOf(counts: readonly Float64Array[], index: number): Tally {
  return {
    hits: counts[index]![index]!,
    predicted: sum(counts, (row) => row[index]!),
    actual: counts[index]!.reduce((total, count) => total + count, 0),
  };
}

function scoresOf({ hits, predicted, actual }: Tally, zeroDivision: number): ClassScores {
  const share = (part: number, whole: number): number => (whole === 0 ? zeroDivision : part / whole);
  return {
    precision: share(hits, predicted),
    recall: share(hits, actual),
    f1Score: share(2 * hits, predicted + actual),
    support: actual,
  };
}

function sum<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}

function meanWithoutNaN(
  scores: readonly ClassScores[],
  valueOf: (score: ClassScores) => number,
  weightOf: (score: ClassScores) => number,
): number {
  const known = scores.filter((score) => !Number.isNaN(valueOf(score)));
  const weight = sum(known, weightOf);
  if (known.length > 0 && weight === 0) return sum(known, valueOf) / known.length;
  return sum(known, (score) => valueOf(score) * weightOf(score)) / weight;
}
