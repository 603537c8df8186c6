// The table of a model's layers, character for character as Keras prints it.
import { bytesPerElement } from '../../base/dtype.js';
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Variable } from '../../tensor/variable.js';
import { activeConsole } from '../console.js';
import type { Layer, PartialShape } from '../layers/layer.js';
import { fixed } from '../progress/number-format.js';
import { cut, drawTable, printLines, type Column, type Line, type Span } from './table.js';

/** How a summary is printed. */
export interface SummaryOptions {
  /** Width of the table in characters; 88 unless given, and no wider than the terminal. */
  readonly lineLength?: number;
  /** Where the columns end, as fractions of the width. */
  readonly positions?: readonly number[];
  /** Called once with the whole text, instead of printing it. */
  readonly printFn?: (text: string) => void;
  /** Adds a column that says which layers are trained. */
  readonly showTrainable?: boolean;
  /** Shows the layers of models that are layers, below them. */
  readonly expandNested?: boolean;
}

const optionNames = ['lineLength', 'positions', 'printFn', 'showTrainable', 'expandNested'] as const;

/** What the table shows of a model. */
export interface Summarized {
  readonly name: string;
  readonly layers: readonly Layer[];
  readonly trainableWeights: readonly Variable[];
  readonly nonTrainableWeights: readonly Variable[];
}

const colours = { class: '38;5;33', number: '38;5;34', none: '38;5;45', frozen: '38;5;9' } as const;
const bold = '1';

// Layers that Keras counts as built from the beginning, since they have nothing to build; the others say "(unbuilt)".
const builtFromTheBeginning: ReadonlySet<string> = new Set([
  'Activation',
  'AveragePooling2D',
  'Dropout',
  'MaxPooling2D',
]);

/**
 * Prints the table of a model's layers: names and classes, output shapes, numbers of parameters. `optimizerVariables` is
 * what the optimizer keeps, undefined before it is built.
 * @throws ValueError if the width leaves a column no room, or for an unknown option
 */
export function printSummary(
  model: Summarized,
  optimizerVariables: readonly Variable[] | undefined,
  options: SummaryOptions = {},
): void {
  rejectUnknownOptions('summary', options, optionNames);
  const output = activeConsole();
  const lines = [...tableLines(model, options, output.columns), ...totals(model, optimizerVariables)];
  if (options.printFn) options.printFn(printLines(lines, false));
  else output.write(printLines(lines, output.isTerminal && output.colour !== 'none'));
}

function tableLines(model: Summarized, options: SummaryOptions, terminalColumns: number): Line[] {
  const { showTrainable = false, expandNested = false } = options;
  const headers: Omit<Column, 'width'>[] = [
    { title: 'Layer (type)', justify: 'left' },
    { title: 'Output Shape', justify: 'left' },
    { title: 'Param #', justify: 'right' },
  ];
  let positions = options.positions ?? [0.45, 0.8, 1];
  if (positions.length !== headers.length)
    throw new ValueError(`summary: expected ${headers.length} positions, received ${positions.length}.`);
  if (showTrainable) {
    positions = [...positions.map((position) => position * 0.9), 1];
    headers.push({ title: 'Trainable', justify: 'center' });
  }
  const width = options.lineLength ?? Math.min(showTrainable ? 100 : 88, terminalColumns - 4);
  let start = 0;
  const columns = headers.map((header, index): Column => {
    const columnWidth = Math.floor(positions[index]! * width) - start;
    if (!(columnWidth >= 4))
      throw new ValueError(
        `summary: expected room for at least 4 characters in column '${header.title}', received ${columnWidth}. Use a larger lineLength, or a wider terminal.`,
      );
    start += columnWidth;
    return { ...header, width: columnWidth };
  });
  const rowsOf = (layer: Layer, depth: number): Line[][] => [
    [
      [
        { text: `${depth === 0 ? '' : `${'   '.repeat(depth)}└ `}${layer.name} (` },
        { text: layer.className, style: colours.class },
        { text: ')' },
      ],
      outputShape(layer),
      parameters(layer),
      ...(showTrainable ? [[trainable(layer)]] : []),
    ],
    ...(expandNested ? layer.innerLayers.flatMap((inner) => rowsOf(inner, depth + 1)) : []),
  ];
  const rows = model.layers.flatMap((layer) => rowsOf(layer, 0));
  return [
    [{ text: `Model: "${model.name}"`, style: bold }],
    // What does not fit the terminal is cut off rather than broken in two.
    ...drawTable(columns, rows, width).map((line) => cut(line, 0, terminalColumns)),
  ];
}

function outputShape(layer: Layer): Span[] {
  return layer.built ? formatOutputShape(layer.outputShape) : [{ text: '?' }];
}

/** `(None, 128)`, as Python writes it. */
function formatOutputShape(shape: PartialShape): Span[] {
  const sizes = shape.flatMap((size, axis): Span[] => [
    ...(axis === 0 ? [] : [{ text: ', ' }]),
    size === null ? { text: 'None', style: colours.none } : { text: String(size), style: colours.number },
  ]);
  return [{ text: '(' }, ...sizes, { text: ')' }];
}

function parameters(layer: Layer): Span[] {
  const isBuilt = layer.built || builtFromTheBeginning.has(layer.className);
  const count: Span = { text: withCommas(layer.built ? layer.countParams() : 0), style: colours.number };
  return isBuilt ? [count] : [count, { text: ' (unbuilt)' }];
}

function trainable(layer: Layer): Span {
  if (layer.weights.length === 0) return { text: '-', style: bold };
  return layer.trainable
    ? { text: 'Y', style: `${bold};${colours.number}` }
    : { text: 'N', style: `${bold};${colours.frozen}` };
}

function totals(
  { trainableWeights, nonTrainableWeights }: Summarized,
  optimizerVariables: readonly Variable[] | undefined,
): Line[] {
  const line = (label: string, variables: readonly Variable[]): Line => [
    { text: ` ${label} params: `, style: bold },
    { text: withCommas(variables.reduce((sum, { size }) => sum + size, 0)), style: colours.number },
    { text: ` (${memorySize(variables)})` },
  ];
  return [
    line('Total', [...trainableWeights, ...nonTrainableWeights, ...(optimizerVariables ?? [])]),
    line('Trainable', trainableWeights),
    line('Non-trainable', nonTrainableWeights),
    ...(optimizerVariables ? [line('Optimizer', optimizerVariables)] : []),
  ];
}

function memorySize(variables: readonly Variable[]): string {
  let size = variables.reduce((sum, variable) => sum + variable.size * bytesPerElement(variable.dtype), 0);
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${fixed(size, 2)} ${units[unit]}`;
}

function withCommas(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
