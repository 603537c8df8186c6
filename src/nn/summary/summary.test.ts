import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { readGolden } from '../../../tests/support/golden.js';
import { consoleOf, resetConsole } from '../../../tests/support/console.js';
import { tensor, zeros } from '../../tensor/creation.js';
import * as layers from '../layers/index.js';
import { clearNames } from '../naming.js';
import { sequential, type Sequential } from '../model/sequential.js';
import type { SummaryOptions } from './summary.js';

interface RecordedSummary {
  readonly name: string;
  readonly options: { readonly line_length?: number; readonly show_trainable?: boolean };
  readonly text: string;
}

interface RecordedRun {
  readonly what: string;
  readonly terminal: boolean;
  readonly printed: string;
}

const recorded = readGolden('keras_console') as { summaries: RecordedSummary[]; runs: RecordedRun[] };

useBackend();
beforeEach(() => clearNames());
afterEach(() => resetConsole());

const { dense, dropout, flatten, conv2d, maxPooling2d, input, reshape, activation } = layers;

function first(hasInput = true): Sequential {
  return sequential([
    ...(hasInput ? [input({ shape: [28, 28] })] : []),
    flatten(),
    dense({ units: 128, activation: 'relu' }),
    dropout({ rate: 0.2 }),
    dense({ units: 10, activation: 'softmax' }),
  ]);
}

function cnn(hasInput = true): Sequential {
  return sequential([
    ...(hasInput ? [input({ shape: [28, 28, 1] })] : []),
    conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
    maxPooling2d({ poolSize: 2 }),
    conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }),
    maxPooling2d({ poolSize: 2 }),
    flatten(),
    dense({ units: 128, activation: 'relu' }),
    dense({ units: 10, activation: 'softmax' }),
  ]);
}

function named(): Sequential {
  return sequential({
    name: 'my_model',
    layers: [
      input({ shape: [4] }),
      dense({ units: 1000, name: 'a_layer_whose_name_is_longer_than_its_column_is_wide' }),
      dense({ units: 1000, name: 'short', useBias: false }),
      reshape({ targetShape: [10, 10, 10], name: 'reshape_to_a_cube' }),
      activation({ activation: 'relu' }),
      flatten(),
    ],
  });
}

function compiled(model: Sequential, optimizer = 'adam'): Sequential {
  model.compile({ optimizer, loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return model;
}

/** Makes the weights and the optimizer's state, as a first call of fit does. */
async function fitted(model: Sequential, shape: readonly number[], optimizer = 'adam'): Promise<Sequential> {
  compiled(model, optimizer);
  await model.fit(zeros([1, ...shape]), tensor([0]), { verbose: 0 });
  return model;
}

function frozen(model: Sequential): Sequential {
  model.layers[1]!.trainable = false;
  return model;
}

const image = [28, 28] as const;
const makers: Readonly<Record<string, () => Sequential | Promise<Sequential>>> = {
  'first, built': () => first(),
  'first, unbuilt': () => first(false),
  'first, unbuilt, compiled': () => compiled(first(false)),
  'first, unbuilt and then fitted with adam': () => fitted(first(false), image),
  'first, compiled': () => compiled(first()),
  'first, fitted with adam': () => fitted(first(), image),
  'first, fitted with sgd': () => fitted(first(), image, 'sgd'),
  'first, fitted with rmsprop': () => fitted(first(), image, 'rmsprop'),
  'first, line_length 100': () => first(),
  'first, line_length 60': () => first(),
  'first, show_trainable': () => frozen(first()),
  'first, one layer frozen': () => frozen(first()),
  'cnn, built': () => cnn(),
  'cnn, unbuilt': () => cnn(false),
  'cnn, unbuilt, compiled': () => compiled(cnn(false)),
  'cnn, unbuilt and then fitted with adam': () => fitted(cnn(false), [...image, 1]),
  'cnn, compiled': () => compiled(cnn()),
  'cnn, fitted with adam': () => fitted(cnn(), [...image, 1]),
  'long names': named,
  'no layers': () => sequential(),
  'only an input': () => sequential([input({ shape: [3] })]),
  'larger than a megabyte': () => sequential([input({ shape: [2000] }), dense({ units: 3000 })]),
};

describe('summary prints what Keras prints', () => {
  test.each(recorded.summaries)('$name', async ({ name, options, text }) => {
    const model = await makers[name]!();
    const texts: string[] = [];
    const given: SummaryOptions = {
      printFn: (part) => texts.push(part),
      ...(options.line_length !== undefined && { lineLength: options.line_length }),
      ...(options.show_trainable !== undefined && { showTrainable: options.show_trainable }),
    };
    model.summary(given);
    // The count of steps takes 4 bytes here, and 8 in Keras on TensorFlow.
    expect(texts.join('')).toBe(text.replace('Optimizer params: 2 (12.00 B)', 'Optimizer params: 2 (8.00 B)'));
    expect(texts).toHaveLength(1);
  });

  const printed = recorded.runs.filter(({ what }) => what === 'summary');
  test.each(printed)('in colours in a terminal ($terminal), plain elsewhere', ({ terminal, printed: text }) => {
    const model = sequential([
      input({ shape: [3] }),
      dense({ units: 4, activation: 'relu' }),
      dense({ units: 2, activation: 'softmax' }),
    ]);
    const output = consoleOf({ isTerminal: terminal, colour: '256' });
    model.summary();
    expect(output.text()).toBe(text);
  });
});

describe('summary refuses', () => {
  test('a width that leaves a column no room', () => {
    expect(() => first().summary({ lineLength: 10 })).toThrow(/at least 4 characters in column 'Param #'/);
  });

  test('positions for other columns than there are', () => {
    expect(() => first().summary({ positions: [0.5, 1] })).toThrow(/expected 3 positions, received 2/);
  });

  test('an unknown option, with the nearest', () => {
    expect(() => first().summary({ lineLenght: 80 } as SummaryOptions)).toThrow(/Did you mean 'lineLength'/);
  });
});
