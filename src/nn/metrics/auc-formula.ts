// The area under a curve of which the counts at descending positives are known.
import { share, type Counts } from './threshold-counts.js';

/** ROC: recall over false positive rate; PR: precision over recall; PRGAIN: gains over always saying yes. */
export type AucCurve = 'ROC' | 'PR' | 'PRGAIN';
export type AucSummation = 'interpolation' | 'majoring' | 'minoring';

/** The area for counts at ascending thresholds, so that x falls from one to the next. */
export function areaOf(counts: readonly Counts[], curve: AucCurve, summation: AucSummation): number {
  if (curve === 'PR' && summation === 'interpolation') return interpolatedPrecision(counts);
  const points = counts.map(pointOf[curve]);
  const height = {
    interpolation: (a: number, b: number) => (a + b) / 2,
    majoring: Math.max,
    minoring: Math.min,
  }[summation];
  return sumOfPairs(points, ([x, y], [nextX, nextY]) => (x - nextX) * height(y, nextY));
}

function sumOfPairs<Item>(items: readonly Item[], value: (item: Item, next: Item) => number): number {
  let sum = 0;
  for (let i = 0; i + 1 < items.length; i++) sum += value(items[i]!, items[i + 1]!);
  return sum;
}

const recallOf = (counts: Counts): number => share(counts.truePositives, counts.truePositives + counts.falseNegatives);

const pointOf: Readonly<Record<AucCurve, (counts: Counts) => readonly [x: number, y: number]>> = {
  ROC: (counts) => [share(counts.falsePositives, counts.falsePositives + counts.trueNegatives), recallOf(counts)],
  PR: (counts) => [recallOf(counts), share(counts.truePositives, counts.truePositives + counts.falsePositives)],
  // Flach and Kull, "Precision-recall-gain curves" (2015): 1 - odds x wrong / right.
  PRGAIN: ({ truePositives, falsePositives, trueNegatives, falseNegatives }) => {
    if (truePositives === 0) return [0, 1];
    const odds = share(truePositives + falseNegatives, trueNegatives + falsePositives);
    const gain = (wrong: number): number => 1 - (odds * wrong) / truePositives;
    return [Math.max(0, gain(falseNegatives)), gain(falsePositives)];
  },
};

/**
 * The area under precision over recall, where true and false positives, not precision itself, change evenly from one
 * threshold to the next. With TP = a + s P of all found P = TP + FP, the area of a step is
 * s (dTP + a log(P / P')) / positives.
 */
function interpolatedPrecision(counts: readonly Counts[]): number {
  return sumOfPairs(counts, (here, next) => {
    const found = here.truePositives + here.falsePositives;
    const foundNext = next.truePositives + next.falsePositives;
    const gained = here.truePositives - next.truePositives;
    const slope = share(gained, Math.max(0, found - foundNext));
    const intercept = next.truePositives - slope * foundNext;
    const growth = found > 0 && foundNext > 0 ? Math.log(found / foundNext) : 0;
    return share(slope * (gained + intercept * growth), next.truePositives + next.falseNegatives);
  });
}
