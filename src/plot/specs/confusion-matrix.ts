// A confusion matrix: rows are true classes, columns predicted ones.
import { say, type Phrase } from '../language.js';
import type { JsonObject, PictureOptions, VegaLiteSpec } from './spec.js';
import { ink, sequential, textSize, themed } from './theme.js';

export type Normalization = 'true' | 'pred' | 'all';

export interface ConfusionData {
  /** `matrix[i][j]`: samples of class i that were predicted as class j, counted or as shares. */
  readonly matrix: readonly (readonly number[])[];
  readonly classNames: readonly string[];
  /** What the shares are of; undefined for counts. */
  readonly normalize?: Normalization | undefined;
}

export interface ConfusionOptions extends PictureOptions {
  /** Numbers in the cells; where they fit unless given. */
  readonly values?: boolean | undefined;
}

const shares: Readonly<Record<Normalization, Phrase>> = {
  true: 'Share of the true class',
  pred: 'Share of the predicted class',
  all: 'Share of all samples',
};

// Where the colours have become so dark that white is easier to read on them.
const darkFrom = 0.69;

/** Cells coloured by the root of their value, so that the few mistakes beside many right answers can be seen. */
export function confusionMatrixSpec(
  { matrix, classNames, normalize }: ConfusionData,
  options: ConfusionOptions = {},
): VegaLiteSpec {
  const classes = classNames.length;
  const usual = Math.round(Math.min(64, Math.max(150, 42 * classes, 520 * Math.min(1, classes / 12)) / classes));
  const cellWidth = (options.width ?? usual * classes) / classes;
  const cellHeight = (options.height ?? usual * classes) / classes;
  const greatest = Math.max(...matrix.flat(), 0) || 1;
  const rows = matrix.flatMap((row, i) =>
    row.map((value, j) => ({
      true: classNames[i]!,
      predicted: classNames[j]!,
      value,
      text: cellText(value, normalize),
      onDark: Math.sqrt(value / greatest) >= darkFrom,
    })),
  );
  const longest = Math.max(0, ...rows.map(({ text }) => text.length));
  const fontSize = Math.floor(Math.min(textSize.label + 1, cellHeight * 0.5, (cellWidth - 4) / (0.58 * longest)));
  const hasValues = options.values ?? fontSize >= 7;
  const isLong = classNames.some((name) => name.length * 7 > cellWidth - 4);
  const valueTitle = normalize === undefined ? say('Samples') : say(shares[normalize]);
  const axis = (field: string, title: string, orientation: JsonObject): JsonObject => ({
    field,
    type: 'nominal',
    sort: null,
    title,
    scale: { domain: classNames, paddingInner: 0, paddingOuter: 0 },
    axis: { domain: false, ticks: false, ...orientation },
  });
  return themed(options.title ?? say('Confusion matrix'), {
    width: cellWidth * classes,
    height: cellHeight * classes,
    data: { values: rows },
    encoding: {
      x: axis(
        'predicted',
        say('Predicted class'),
        isLong ? { labelAngle: -45, labelAlign: 'right' } : { labelAngle: 0 },
      ),
      y: axis('true', say('True class'), {}),
    },
    layer: [
      {
        mark: { type: 'rect', stroke: ink.grid, strokeWidth: 1 },
        encoding: {
          color: {
            field: 'value',
            type: 'quantitative',
            scale: { type: 'sqrt', domain: [0, greatest], range: sequential },
            legend: {
              title: valueTitle,
              format: normalize === undefined ? ',~d' : '.0%',
              gradientLength: Math.min(200, cellHeight * classes),
              tickCount: 4,
              labelOverlap: 'greedy',
            },
          },
          tooltip: [
            { field: 'true', type: 'nominal', title: say('True class') },
            { field: 'predicted', type: 'nominal', title: say('Predicted class') },
            { field: 'value', type: 'quantitative', title: valueTitle },
          ],
        },
      },
      ...(hasValues
        ? [
            {
              mark: { type: 'text', fontSize, baseline: 'middle' },
              encoding: {
                text: { field: 'text', type: 'nominal' },
                color: { condition: { test: 'datum.onDark', value: '#FFFFFF' }, value: ink.strong },
              },
            },
          ]
        : []),
    ],
  });
}

function cellText(value: number, normalize: Normalization | undefined): string {
  if (normalize === undefined) return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
  // A share of nothing at all is left empty, so that the others stand out.
  return value === 0 ? '0' : value.toFixed(2);
}
