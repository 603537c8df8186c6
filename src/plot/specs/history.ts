// The curves of a training, one panel a metric, validation beside training.
import { say, sayMetric } from '../language.js';
import { finite, type JsonObject, type PictureOptions, type VegaLiteSpec } from './spec.js';
import { colours, themed } from './theme.js';
import { thinSeries } from './thin.js';

/** What `fit` returns, as far as it is drawn. */
export interface HistoryData {
  /** Of each name, a value an epoch; `val_loss` is drawn beside `loss`. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** The numbers of the epochs, from 0. */
  readonly epoch?: readonly number[] | undefined;
}

export interface HistoryOptions extends PictureOptions {
  /** Which to draw and in which order: `['loss', 'accuracy']`; all unless given. */
  readonly metrics?: readonly string[] | undefined;
  /** Panels in a row; 2 unless given. */
  readonly columns?: number | undefined;
  /** Scale of the losses' axis. */
  readonly lossScale?: 'linear' | 'log' | undefined;
}

export const historyOptionNames = ['title', 'width', 'height', 'metrics', 'columns', 'lossScale'] as const;

const kinds = ['training', 'validation'] as const;
const validationPrefix = 'val_';

/** `sparse_categorical_accuracy` to `Sparse categorical accuracy`. */
export function labelOf(metric: string): string {
  const words = metric.replaceAll('_', ' ').trim();
  // A name of capitals, such as AUC, stays.
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The metrics of a history without their validation twins, the loss first. */
export function metricsOf(history: HistoryData['history']): string[] {
  const names = Object.keys(history).map((name) =>
    name.startsWith(validationPrefix) ? name.slice(validationPrefix.length) : name,
  );
  return [...new Set([...names.filter((name) => name === 'loss'), ...names])];
}

/** A panel for each of `metrics`; epochs count from 1, as the progress bar does. */
export function historySpec({ history, epoch }: HistoryData, options: HistoryOptions = {}): VegaLiteSpec {
  const metrics = options.metrics ?? metricsOf(history);
  const { width = 340, height = 240, title = say('Training history') } = options;
  const hasValidation = metrics.some((metric) => history[validationPrefix + metric] !== undefined);
  const used = hasValidation ? kinds : kinds.slice(0, 1);
  const legend = hasValidation ? { title: null, orient: 'top', symbolType: 'stroke', offset: 0 } : null;
  const panel = (metric: string): JsonObject => {
    const values = used.flatMap((kind) => {
      const line = history[(kind === 'validation' ? validationPrefix : '') + metric] ?? [];
      return thinSeries(line).map((i) => ({ epoch: (epoch?.[i] ?? i) + 1, value: finite(line[i]!), data: say(kind) }));
    });
    const isShort = new Set(values.map((row) => row.epoch)).size <= 30;
    return {
      width,
      height,
      data: { values },
      mark: { type: 'line', point: isShort ? { filled: true, size: 42 } : false },
      encoding: {
        x: {
          field: 'epoch',
          type: 'quantitative',
          title: say('Epoch'),
          scale: { zero: false, nice: false },
          axis: { grid: false, tickMinStep: 1, format: 'd' },
        },
        y: {
          field: 'value',
          type: 'quantitative',
          title: sayMetric(labelOf(metric)),
          scale:
            options.lossScale === 'log' && metric.endsWith('loss')
              ? { type: 'log', nice: false }
              : { zero: false, nice: true },
          axis: { tickCount: 6 },
        },
        color: {
          field: 'data',
          type: 'nominal',
          scale: {
            domain: used.map((kind) => say(kind)),
            range: [colours.blue, colours.vermillion].slice(0, used.length),
          },
          legend,
        },
        strokeDash: {
          field: 'data',
          type: 'nominal',
          scale: {
            domain: used.map((kind) => say(kind)),
            range: [
              [1, 0],
              [6, 3],
            ].slice(0, used.length),
          },
          legend,
        },
      },
    };
  };
  return themed(title, { concat: metrics.map(panel), columns: options.columns ?? 2, spacing: 28 });
}
