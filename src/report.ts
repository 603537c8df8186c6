// `model.report` and `writeReport`: judges a model, draws what comes out, and writes it as a folder with one page.
import { DataError, ShapeError, StateError, ValueError } from './base/errors.js';
import type { NDArray } from './base/ndarray.js';
import { formatShape } from './base/shape.js';
import { rejectUnknownOptions, unknownName } from './base/suggest.js';
import { checkWhole } from './nn/check.js';
import { activeFiles } from './nn/files.js';
import { toTensor, type ModelData } from './nn/model/data.js';
import { Breather } from './nn/model/pace.js';
import { throwIfAborted } from './nn/model/stopping.js';
import type { ReportableModel, ReportedHistory, ReportOptions, ReportResult } from './nn/reporting.js';
import { platform } from './platform/current.js';
import { labelOf } from './plot/specs/history.js';
import { compileFacts, layerRows, machineFacts, timeFacts, trainingFacts, type Fact } from './report-facts.js';
import {
  drawClasses,
  drawHistory,
  drawNumbers,
  imagesOfMistakes,
  imagesToShow,
  type NamedPictures,
} from './report-pictures.js';
import { judgeClasses, type ClassificationResults } from './report/classification.js';
import { figure, fileLinks, type Markup } from './report/html.js';
import { count, duration, measure } from './report/numbers.js';
import { renderPage, type Section } from './report/page.js';
import { judgeNumbers, outputValues, type OutputValues, type RegressionResults } from './report/regression.js';
import {
  classifierSections,
  factSection,
  modelSection,
  regressionSections,
  trainingSection,
} from './report/sections.js';
import { checkPredictions, classData, reportTasks, taskOf, type LossFacts, type ReportTask } from './report/task.js';

const optionNames = [
  'directory',
  'title',
  'task',
  'history',
  'classNames',
  'outputNames',
  'images',
  'mistakes',
  'batchSize',
  'details',
  'signal',
] as const satisfies readonly (keyof ReportOptions)[];

/** How many mistakes are shown: as images, and as rows of a table. */
const usualMistakes = { images: 32, rows: 12 } as const;

/** What was found out, with what is drawn of it. */
interface Judgement {
  readonly results: ClassificationResults | RegressionResults;
  readonly pictures: NamedPictures;
  /** Addresses of the images of the worst mistakes. */
  readonly images: readonly string[] | undefined;
}

/**
 * Judges a model on x [samples, ...] and y: `model.report` as a function, for pages too. In a page, `directory` is one of
 * the origin's private files; without it the page of the report is in the result.
 * @throws StateError before the model is built
 * @throws ShapeError, DataError or ValueError for data and options that do not fit, or predictions that are not finite
 * @throws StoppedError, with nothing written, if `signal` asks to stop
 * @example
 * const { html } = await writeReport(model, xTest, yTest);
 * frame.srcdoc = html;
 */
export async function writeReport(
  model: ReportableModel,
  x: ModelData,
  y: ModelData,
  options: ReportOptions = {},
): Promise<ReportResult> {
  const { directory, signal } = options;
  checkOptions(model, options);
  if (directory !== undefined && (await activeFiles().size(directory)) !== undefined)
    throw new DataError(
      `report: expected directory to be a folder, but '${directory}' is a file. Choose another name.`,
    );
  const { clock } = platform();
  const batch = options.batchSize === undefined ? {} : { batchSize: options.batchSize };
  const running = { ...batch, verbose: 0, signal } as const;
  const results = model.loss === undefined ? {} : await model.evaluate(x, y, { ...running, returnDict: true });
  const start = clock.now();
  const predictions = await (await model.predict(x, running)).realize();
  const predictingMs = clock.now() - start;
  const labels = await toTensor(y, 'report: y').realize();
  const [samples = 0] = predictions.shape;
  if (labels.shape[0] !== samples)
    throw new ShapeError(
      `report: expected a label for each of the ${samples} samples, received y of shape ${formatShape(labels.shape)}.`,
    );
  checkPredictions(predictions);
  const task = options.task ?? taskOf(labels, predictions, model.loss);
  const judgement = await judge(task, labels, predictions, { x, options, loss: model.loss });

  const history = options.history ?? model.training?.history;
  const pictures = { ...drawHistory(history), ...judgement.pictures };
  const files = new Map<string, Uint8Array>();
  const figures = await drawAll(pictures, directory === undefined ? undefined : files, signal);
  const timing: Fact[] = [['Predicting', `${duration(predictingMs)} for ${count(samples)} samples`]];
  const sections = [
    history && trainingSection(history.history, figures),
    ...(judgement.results.kind === 'classification'
      ? classifierSections(judgement.results, figures, judgement.images)
      : regressionSections(judgement.results, figures)),
    modelSection(
      layerRows(model),
      model.trainableWeights.reduce((sum, { size }) => sum + size, 0),
      model.countParams(),
    ),
    factSection('Settings', [
      ['', Object.entries(options.details ?? {}).map(([name, value]): Fact => [name, String(value)])],
      ['Compile', compileFacts(model, Object.keys(results).slice(1))],
      // A history from elsewhere may be of another training than the last of this model.
      ['Fit', history === model.training?.history ? trainingFacts(model) : []],
      ['Time', history === model.training?.history ? timeFacts(model, timing) : timing],
      ['Machine', await machineFacts()],
    ]),
  ].filter((section): section is Section => section !== undefined);
  const html = renderPage({
    title: options.title ?? `Report on ${model.name}`,
    lead: leadOf(task, judgement.results, samples),
    tiles: tilesOf(results, judgement.results, samples),
    sections,
  });
  if (directory !== undefined) {
    if (history !== undefined)
      files.set('history.json', utf8(`${JSON.stringify(plainHistory(history), undefined, 2)}\n`));
    files.set('report.html', utf8(html));
    throwIfAborted(signal, 'report', 'before anything was written');
  }
  return {
    task,
    samples,
    results,
    ...publicResults(judgement.results),
    html,
    files: directory === undefined ? [] : await writeAll(directory, files),
  };
}

/** @throws ValueError for what is not known, StateError before the model is built */
function checkOptions(model: ReportableModel, options: ReportOptions): void {
  rejectUnknownOptions('report', options, optionNames);
  if (!model.built)
    throw new StateError(
      `report: model "${model.name}" is not built yet, so there is nothing to judge. Train it first.`,
    );
  const { task, directory } = options;
  if (task !== undefined && !reportTasks.includes(task)) throw unknownName('task of report', task, reportTasks);
  const given: unknown = directory;
  if (given !== undefined && (typeof given !== 'string' || given === ''))
    throw new ValueError(`report: expected directory to be the path of a folder, received ${JSON.stringify(given)}.`);
  checkWhole(options.mistakes ?? 1, 'report: mistakes');
}

async function judge(
  task: ReportTask,
  labels: NDArray,
  predictions: NDArray,
  { x, options, loss }: { x: ModelData; options: ReportOptions; loss: LossFacts | undefined },
): Promise<Judgement> {
  if (task === 'regression') {
    const outputs: OutputValues[] = outputValues(labels, predictions, options.outputNames);
    const results = judgeNumbers(outputs, options.mistakes ?? usualMistakes.rows);
    return { results, pictures: drawNumbers(outputs), images: undefined };
  }
  const data = classData(task, labels, predictions, loss);
  const names = options.classNames ?? Array.from({ length: data.classes }, (_, index) => String(index));
  if (names.length !== data.classes)
    throw new ValueError(
      `report: classNames: expected a name for each of the ${data.classes} classes, received ${names.length}.`,
    );
  const source = imagesToShow(x, options.images, labels.shape[0]!);
  const most = options.mistakes ?? usualMistakes[source === undefined ? 'rows' : 'images'];
  const results = judgeClasses(data, names, most);
  const images = source && (await imagesOfMistakes(results, source));
  return { results, pictures: drawClasses(results, images), images: images?.urls };
}

/** Draws the pictures as parts of the page; into `files` also as files of their own, where there is such a map. */
async function drawAll(
  pictures: NamedPictures,
  files: Map<string, Uint8Array> | undefined,
  signal: AbortSignal | undefined,
): Promise<Record<string, Markup>> {
  const figures: Record<string, Markup> = {};
  const breather = new Breather();
  for (const [name, picture] of Object.entries(pictures)) {
    throwIfAborted(signal, 'report', 'before anything was written');
    // The page has these images in a form of its own.
    const isOnlyFile = name === 'mistakes';
    if (isOnlyFile && files === undefined) continue;
    const svg = await picture.svg();
    if (files !== undefined) {
      files.set(`${name}.png`, await picture.png());
      files.set(`${name}.svg`, utf8(svg));
    }
    const names = files === undefined ? [] : [`${name}.png`, `${name}.svg`];
    figures[name] = isOnlyFile ? fileLinks(names) : figure(name, svg, names);
    // Drawing keeps the thread; whoever asks to stop is to be heard.
    await breather.breathe();
  }
  return figures;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Writes each file beside and renames it, the page last: where there is one, all that it names is there. */
async function writeAll(directory: string, contents: ReadonlyMap<string, Uint8Array>): Promise<string[]> {
  const files = activeFiles();
  await files.makeDirectory(directory);
  const paths: string[] = [];
  for (const [name, bytes] of contents) {
    const path = `${directory.replace(/[/\\]+$/, '')}/${name}`;
    await files.write(path, bytes);
    paths.push(path);
  }
  return [paths.at(-1)!, ...paths.slice(0, -1)];
}

function plainHistory({ history, epoch, params }: ReportedHistory): object {
  return { history, ...(epoch === undefined ? {} : { epoch }), ...(params === undefined ? {} : { params }) };
}

function leadOf(task: ReportTask, results: Judgement['results'], samples: number): string {
  const kind =
    results.kind === 'regression'
      ? `Regression of ${results.outputs.length === 1 ? 'one number' : `${results.outputs.length} numbers`}`
      : task === 'binary'
        ? 'Binary classifier'
        : `Classifier of ${results.classNames.length} classes`;
  const date = new Date().toISOString().slice(0, 16).replace('T', ', ');
  return `${kind}, judged on ${count(samples)} sample${samples === 1 ? '' : 's'}. ${date} UTC.`;
}

function tilesOf(
  results: Readonly<Record<string, number>>,
  judged: Judgement['results'],
  samples: number,
): [string, string][] {
  const names = Object.keys(results);
  const tiles = names.map((name): [string, string] => [tileName(name), measure(results[name])]);
  // What a metric says already is not said again.
  const isMissing = (pattern: RegExp): boolean => !names.some((name) => pattern.test(name));
  if (judged.kind === 'regression') {
    const [only] = judged.outputs;
    if (judged.outputs.length > 1 || only === undefined) return tiles;
    if (isMissing(/^r2/)) tiles.push(['R²', measure(only.r2Score)]);
    if (isMissing(/^(mae|mean_absolute_error)$/)) tiles.push(['Mean absolute error', measure(only.meanAbsoluteError)]);
    return tiles;
  }
  if (isMissing(/acc/)) tiles.push(['Accuracy', measure(judged.accuracy)]);
  const areas = judged.curves.map(({ auc }) => auc).filter((area) => !Number.isNaN(area));
  if (areas.length > 0 && isMissing(/^auc/i))
    tiles.push([
      areas.length === 1 ? 'Area under ROC' : 'Mean area under ROC',
      measure(areas.reduce((sum, area) => sum + area, 0) / areas.length),
    ]);
  tiles.push([`Mistakes in ${count(samples)}`, count(judged.mistakes)]);
  return tiles;
}

/** `val_loss` as words; short forms such as `mae` in capitals. */
function tileName(metric: string): string {
  return /^[a-z]{3,4}$/.test(metric) && metric !== 'loss' && metric !== 'acc' ? metric.toUpperCase() : labelOf(metric);
}

function publicResults(judged: Judgement['results']): Pick<ReportResult, 'classification' | 'regression'> {
  if (judged.kind === 'regression') {
    const { kind: _, ...regression } = judged;
    return { classification: undefined, regression };
  }
  const { kind: _, curves, ...classification } = judged;
  return {
    classification: {
      ...classification,
      rocAuc: curves.map(({ auc }) => auc),
      averagePrecision: curves.map(({ averagePrecision }) => averagePrecision),
    },
    regression: undefined,
  };
}
