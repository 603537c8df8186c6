// The settings that a report lists: what the model was compiled and trained with, and what it ran on.
import { getBackend } from './backend-choice.js';
import { version } from './base/version.js';
import type { ReportableModel } from './nn/reporting.js';
import { platform } from './platform/current.js';
import { count, duration } from './report/numbers.js';
import type { LayerRow } from './report/sections.js';

export type Fact = readonly [name: string, value: string];

/** `learning_rate` and `batchSize` as words: `Learning rate`, `Batch size`. */
function words(name: string): string {
  const spaced = name
    .replaceAll('_', ' ')
    .replaceAll(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function text(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? count(value) : String(Number(value.toPrecision(6)));
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  // A schedule: its class and what it was made with.
  const { class_name: className, config } = value as { readonly class_name?: unknown; readonly config?: object };
  if (typeof className !== 'string') return JSON.stringify(value);
  const settings = Object.entries(config ?? {}).filter(([name, setting]) => name !== 'name' && setting !== null);
  return `${className} (${settings.map(([name, setting]) => `${words(name).toLowerCase()} ${text(setting)}`).join(', ')})`;
}

const isSaid = (value: unknown): boolean => value !== null && value !== undefined && value !== false;

/** Optimizer, loss and metrics. */
export function compileFacts({ optimizer, loss }: ReportableModel, metrics: readonly string[]): Fact[] {
  if (optimizer === undefined || loss === undefined) return [];
  const { name: _, ...config } = optimizer.getConfig();
  // Said otherwise, or the same for nearly all.
  const silent = ['name', 'reduction', 'from_logits', 'fn', 'axis'];
  const lossConfig = Object.entries(loss.getConfig()).filter(([name, value]) => !silent.includes(name) && value !== 0);
  const rows = (settings: readonly (readonly [string, unknown])[]): Fact[] =>
    settings.filter(([, value]) => isSaid(value)).map(([name, value]) => [words(name), text(value)]);
  return [
    ['Loss', `${loss.className ?? loss.name}${loss.fromLogits ? ', from logits' : ''}`],
    ...rows(lossConfig),
    ['Optimizer', optimizer.className],
    ...rows(Object.entries(config)),
    ...(metrics.length === 0 ? [] : [['Metrics', metrics.join(', ')] as const]),
  ];
}

/** The settings of `fit`. */
export function trainingFacts({ training }: ReportableModel): Fact[] {
  if (training === undefined) return [];
  return [
    ...Object.entries(training.settings).map(([name, value]): Fact => [words(name), text(value)]),
    // A seed is a name more than a number.
    ['Seed', String(training.seed)],
  ];
}

/** How long training took; nothing where this model was not trained in this process. */
export function timeFacts({ training }: ReportableModel, others: readonly Fact[]): Fact[] {
  if (training === undefined) return [...others];
  const epochs = training.history.epoch.length;
  const samples = Number(training.settings.samples) * (1 - Number(training.settings.validationSplit ?? 0));
  const rows: Fact[] = [['Training', duration(training.elapsedMs)]];
  if (epochs > 0) {
    rows.push(['An epoch', duration(training.elapsedMs / epochs)]);
    rows.push(['Samples a second', count(Math.round((samples * epochs) / (training.elapsedMs / 1000)))]);
  }
  return [...rows, ...others];
}

/** Backend, versions and machine. */
export async function machineFacts(): Promise<Fact[]> {
  const { name, threads } = await getBackend();
  return [
    ['Backend', `${name}, ${threads} thread${threads === 1 ? '' : 's'}`],
    ['Nacre', version],
    ...platform().machine(),
  ];
}

/** The rows of the model's table. */
export function layerRows({ layers }: ReportableModel): LayerRow[] {
  return layers.map((layer) => ({
    name: layer.name,
    className: layer.className,
    outputShape: `[${layer.outputShape.map((size) => size ?? 'samples').join(', ')}]`,
    parameters: layer.countParams(),
    isTrainable: layer.trainable,
  }));
}
