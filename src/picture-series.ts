// Pictures of numbers one after the other: the curves of a training, lines, bars.
import { ShapeError, ValueError } from './base/errors.js';
import { unknownName } from './base/suggest.js';
import { checkCount, checkPictureOptions, isValues, toNumbers, type PictureValues } from './picture-inputs.js';
import { Picture } from './plot/picture.js';
import { barsOptionNames, barsSpec, type BarsOptions } from './plot/specs/bars.js';
import {
  historyOptionNames,
  historySpec,
  metricsOf,
  type HistoryData,
  type HistoryOptions,
} from './plot/specs/history.js';
import { linesOptionNames, linesSpec, type LinesOptions } from './plot/specs/lines.js';

export type { BarsOptions, HistoryOptions, LinesOptions };

/** One line of a picture. */
export interface Line {
  /** In the legend. */
  readonly name?: string;
  /** [N]. */
  readonly y: PictureValues;
  /** [N]; 0, 1, 2, ... unless given. */
  readonly x?: PictureValues;
}

/** The bars of one colour. */
export interface Bars {
  /** In the legend. */
  readonly name?: string;
  /** One number for each category, [N]. */
  readonly values: PictureValues;
}

/** One series [N], several by name, or a list of objects that say more of each. */
export type Lines = PictureValues | Readonly<Record<string, PictureValues>> | readonly Line[];
/** One series [N], several by name, or a list of objects that say more of each. */
export type BarGroups = PictureValues | Readonly<Record<string, PictureValues>> | readonly Bars[];

/** The parts of what `plotHistory` takes: what `fit` returned, or only its numbers. */
export type HistoryLike = HistoryData | HistoryData['history'];

function isHistory(value: HistoryLike): value is HistoryData {
  return 'history' in value && !Array.isArray(value.history);
}

/**
 * The curves of a training, a panel for each metric with validation beside training, over the epochs from 1 on.
 * `history` is what `fit` returns, or an object like its `history`: a list of numbers for each name.
 * @throws ValueError if it holds no epoch, or not a metric asked for
 * @example
 * const history = await model.fit(x, y, { epochs: 10, validationSplit: 0.1 });
 * const picture = await plotHistory(history);
 * await picture.save('history.svg');
 */
export async function plotHistory(history: HistoryLike, options: HistoryOptions = {}): Promise<Picture> {
  checkPictureOptions('plotHistory', options, historyOptionNames);
  const data: HistoryData = isHistory(history) ? history : { history };
  const known = metricsOf(data.history);
  if (known.length === 0 || known.every((metric) => (data.history[metric]?.length ?? 0) === 0))
    throw new ValueError(
      'plotHistory: expected the numbers of at least one epoch, received none. Train with model.fit first.',
    );
  for (const metric of options.metrics ?? []) {
    if (!known.includes(metric)) throw unknownName('metric of plotHistory', metric, known);
  }
  checkCount(options.columns, 2, 'plotHistory: columns');
  return new Picture(historySpec(data, options));
}

const scales: readonly string[] = ['linear', 'log'];

/**
 * Lines over common axes. `series` is one line [N] (a list, a tensor, a typed array), an object of lines by name, or a
 * list of `{ name, y, x }`.
 * @throws ShapeError if x and y of a line differ in length
 * @example
 * const picture = await plotLines({ 'batch 32': [3, 2, 1], 'batch 256': [3, 2.5, 2] }, { xLabel: 'epoch', yLabel: 'loss' });
 * await picture.show();
 */
export async function plotLines(series: Lines, options: LinesOptions = {}): Promise<Picture> {
  checkPictureOptions('plotLines', options, linesOptionNames);
  for (const name of ['xScale', 'yScale'] as const) {
    const scale: string = options[name] ?? 'linear';
    if (!scales.includes(scale)) throw unknownName(`${name} of plotLines`, scale, scales);
  }
  const lines = named<Line>(series, 'y', (y) => ({ y }));
  const read = lines.map(async ({ name, y, x }, index) => {
    const what = `plotLines: ${name === undefined ? `series ${index}` : `'${name}'`}`;
    const numbers = await toNumbers(y, what);
    const positions = x === undefined ? undefined : await toNumbers(x, `${what}: x`);
    if (positions !== undefined && positions.length !== numbers.length)
      throw new ShapeError(`${what}: expected as many x as y, received ${positions.length} and ${numbers.length}.`);
    return { name: name ?? usualName(lines.length, index), y: numbers, x: positions };
  });
  return new Picture(linesSpec(await Promise.all(read), options));
}

/**
 * Bars, one for each category; with several series side by side, or on top of each other with `stacked`. `series` is one
 * list [N], an object of lists by name, or a list of `{ name, values }`.
 * @throws ShapeError if there are more bars than `categories`
 * @example
 * const picture = await plotBars([5923, 6742, 5958], { categories: ['0', '1', '2'], yLabel: 'images' });
 * await picture.show();
 */
export async function plotBars(series: BarGroups, options: BarsOptions = {}): Promise<Picture> {
  checkPictureOptions('plotBars', options, barsOptionNames);
  const groups = named<Bars>(series, 'values', (values) => ({ values }));
  const read = groups.map(async ({ name, values }, index) => {
    const what = `plotBars: ${name === undefined ? `series ${index}` : `'${name}'`}`;
    const numbers = await toNumbers(values, what);
    if (options.categories !== undefined && numbers.length > options.categories.length)
      throw new ShapeError(
        `${what}: expected at most ${options.categories.length} values, one for each category, received ${numbers.length}.`,
      );
    return { name: name ?? usualName(groups.length, index), values: numbers };
  });
  return new Picture(barsSpec(await Promise.all(read), options));
}

const usualName = (count: number, index: number): string => (count === 1 ? 'series' : `series ${index + 1}`);

/** One series, a record of them or a list of objects, as a list of objects. */
function named<Item extends object>(
  series: PictureValues | Readonly<Record<string, PictureValues>> | readonly Item[],
  key: string,
  wrap: (values: PictureValues) => Item,
): (Item & { readonly name?: string })[] {
  const isItem = (value: unknown): value is Item =>
    typeof value === 'object' && value !== null && key in value && !isValues(value);
  if (Array.isArray(series) && series.length > 0 && series.every(isItem)) return series;
  if (isItem(series)) return [series];
  if (isValues(series)) return [wrap(series)];
  return Object.entries(series as Readonly<Record<string, PictureValues>>).map(([name, values]) => ({
    ...wrap(values),
    name,
  }));
}
