// What a report tells of a classifier, a regression and a training, as sections of its page.
import { metricsOf } from '../plot/specs/history.js';
import type { ClassificationResults, Mistake } from './classification.js';
import { beside, escapeHtml, facts, gallery, paragraph, table, type Content, type Markup } from './html.js';
import { count, measure, percent } from './numbers.js';
import type { Section } from './page.js';
import type { RegressionResults } from './regression.js';

/** Pictures by the names of their files without endings; one that was not drawn is missing. */
export type Figures = Readonly<Partial<Record<string, Markup>>>;

const present = (...blocks: readonly (Markup | undefined)[]): Markup[] => blocks.filter((block) => block !== undefined);

/** The curves, and the numbers of the first, the best and the last epoch. */
export function trainingSection(
  history: Readonly<Record<string, readonly number[]>>,
  figures: Figures,
): Section | undefined {
  // Validation below training.
  const names = metricsOf(history)
    .flatMap((name) => [name, `val_${name}`])
    .filter((name) => (history[name]?.length ?? 0) > 0);
  if (names.length === 0) return undefined;
  const best = (name: string): Content => {
    const values = history[name]!;
    // Errors and losses are to fall, all else to rise.
    const isFalling = /loss|error|entropy|divergence|hinge|poisson|mse|mae/.test(name);
    const finite = values.filter(Number.isFinite);
    if (finite.length === 0 || /learning_rate/.test(name)) return '–';
    const value = isFalling ? Math.min(...finite) : Math.max(...finite);
    return `${measure(value)} (epoch ${values.indexOf(value) + 1})`;
  };
  const rows = names.map((name) => [name, measure(history[name]![0]), best(name), measure(history[name]!.at(-1))]);
  const numbers = table({ head: ['Measure', 'First epoch', 'Best', 'Last epoch'], rows });
  return { title: 'Training', blocks: present(figures.history, numbers) };
}

/** The sections of a classifier. `images` are those of the worst mistakes, in their order, where x holds images. */
export function classifierSections(
  results: ClassificationResults,
  figures: Figures,
  images: readonly string[] | undefined,
): Section[] {
  const { curves, report } = results;
  const curveOf = new Map(curves.map((curve) => [curve.classId, curve]));
  const rows = report.classes.map(({ label, name, precision, recall, f1Score, support }) => [
    name,
    measure(precision),
    measure(recall),
    measure(f1Score),
    measure(curveOf.get(label)?.auc),
    measure(curveOf.get(label)?.averagePrecision),
    count(support),
  ]);
  const mean = (name: string, { precision, recall, f1Score, support }: typeof report.macroAverage): Content[] => [
    name,
    measure(precision),
    measure(recall),
    measure(f1Score),
    '',
    '',
    count(support),
  ];
  const perClass = table({
    head: ['Class', 'Precision', 'Recall', 'F1', 'AUC', 'Average precision', 'Samples'],
    rows,
    foot: [mean('Mean of classes', report.macroAverage), mean('Mean by samples', report.weightedAverage)],
  });
  const sections: Section[] = [{ title: 'Classes', blocks: [perClass] }];
  if (figures['confusion-matrix'] !== undefined)
    sections.push({ title: 'What was taken for what', blocks: [figures['confusion-matrix']] });
  if (figures.roc !== undefined && figures['precision-recall'] !== undefined) {
    const drawn =
      curves.length > mostCurves ? [paragraph(`Drawn are the ${mostCurves} classes of the smallest area.`)] : [];
    sections.push({ title: 'Thresholds', blocks: [...drawn, beside(figures.roc, figures['precision-recall'])] });
  }
  sections.push(mistakesSection(results, images, figures.mistakes));
  return sections;
}

/** Curves of more classes than this cannot be told apart. */
export const mostCurves = 12;

function mistakesSection(
  { classNames, mistakes, worstMistakes }: ClassificationResults,
  images: readonly string[] | undefined,
  links: Markup | undefined,
): Section {
  const title = 'Worst mistakes';
  if (mistakes === 0) return { title, blocks: [paragraph('None: every sample is taken for what it is.')] };
  const order = worstMistakes[0]?.confidence === undefined ? 'furthest off' : 'that the model is most sure of';
  const all =
    mistakes === 1
      ? 'The only sample'
      : mistakes === worstMistakes.length
        ? `All ${count(mistakes)} samples`
        : `The ${worstMistakes.length} of ${count(mistakes)} samples`;
  const lead = paragraph(
    `${all} taken for another class${mistakes > worstMistakes.length ? ` ${order}` : ''}, the worst first. The number of a sample is its position in the data, from 0.`,
  );
  const text = ({ label, prediction }: Mistake): readonly [string, string] => [
    classNames[label]!,
    classNames[prediction]!,
  ];
  if (images !== undefined) {
    const shown = worstMistakes.map((mistake, place) => {
      const [label, prediction] = text(mistake);
      const sure = mistake.confidence === undefined ? '' : ` (${percent(mistake.confidence)})`;
      const truly = mistake.trueConfidence === undefined ? '' : ` (${percent(mistake.trueConfidence)})`;
      return {
        url: images[place]!,
        lines: [`× ${prediction}${sure}`, `true ${label}${truly}`, `sample ${count(mistake.index)}`],
      };
    });
    return { title, blocks: present(lead, gallery(shown), links), isLong: true };
  }
  const rows = worstMistakes.map((mistake) => {
    const [label, prediction] = text(mistake);
    return [label, prediction, percent(mistake.confidence), percent(mistake.trueConfidence), count(mistake.index)];
  });
  const head = ['True class', 'Predicted class', 'Probability of it', 'Of the true class', 'Sample'];
  return { title, blocks: [lead, table({ head, rows, textColumns: 2 })], isLong: true };
}

/** The sections of a regression. */
export function regressionSections({ outputs, largestErrors }: RegressionResults, figures: Figures): Section[] {
  const named = outputs.length > 1;
  const rows = outputs.map((errors) => [
    ...(named ? [errors.name] : []),
    measure(errors.r2Score),
    measure(errors.rootMeanSquaredError),
    measure(errors.meanAbsoluteError),
    measure(errors.medianAbsoluteError),
    measure(errors.largestError),
    measure(errors.meanSquaredError),
  ]);
  const head = [
    ...(named ? ['Output'] : []),
    'R²',
    'Root mean squared error',
    'Mean absolute error',
    'Median absolute error',
    'Largest error',
    'Mean squared error',
  ];
  const sections: Section[] = [{ title: 'Errors', blocks: [table({ head, rows, textColumns: named ? 1 : 0 })] }];
  const { predicted, residuals } = figures;
  if (predicted !== undefined && residuals !== undefined)
    sections.push({ title: 'Predictions', blocks: [beside(predicted, residuals)] });
  const worst = largestErrors.map(({ index, output, truth, predicted: value }) => [
    ...(named ? [outputs[output]!.name] : []),
    measure(truth),
    measure(value),
    measure(truth - value),
    count(index),
  ]);
  sections.push({
    title: 'Largest errors',
    blocks: [
      paragraph('The number of a sample is its position in the data, from 0.'),
      table({
        head: [...(named ? ['Output'] : []), 'True value', 'Predicted value', 'True − predicted', 'Sample'],
        rows: worst,
        textColumns: named ? 1 : 0,
      }),
    ],
    isLong: true,
  });
  return sections;
}

/** One layer of the model's table. */
export interface LayerRow {
  readonly name: string;
  readonly className: string;
  readonly outputShape: string;
  readonly parameters: number;
  readonly isTrainable: boolean;
}

export function modelSection(layers: readonly LayerRow[], trainable: number, total: number): Section {
  const rows = layers.map(({ name, className, outputShape, parameters, isTrainable }) => [
    name,
    isTrainable ? className : `${className} (frozen)`,
    outputShape,
    count(parameters),
  ]);
  const summary = table({
    head: ['Layer', 'Type', 'Output shape', 'Parameters'],
    rows,
    foot: [
      ['All parameters', '', '', count(total)],
      ...(trainable === total ? [] : [['Of these trained', '', '', count(trainable)]]),
    ],
    textColumns: 3,
  });
  return { title: 'Model', blocks: [summary] };
}

/** Lists of facts, each below its heading; empty ones are left out. */
export function factSection(
  title: string,
  groups: readonly (readonly [heading: string, rows: readonly (readonly [string, string])[]])[],
): Section {
  const blocks = groups
    .filter(([, rows]) => rows.length > 0)
    .flatMap(([heading, rows]) => [
      ...(heading === '' ? [] : [{ html: `<h3>${escapeHtml(heading)}</h3>` }]),
      facts(rows),
    ]);
  return { title, blocks };
}
