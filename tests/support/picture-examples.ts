// Specifications of every kind of picture, of small made-up data: their SVGs are compared with recorded ones.
import { dataUrl } from '../../src/plot/pixels/base64.js';
import { colourMap } from '../../src/plot/pixels/colour-map.js';
import { encodePng } from '../../src/plot/pixels/png-file.js';
import { barsSpec } from '../../src/plot/specs/bars.js';
import { calibrationSpec } from '../../src/plot/specs/calibration.js';
import { confusionMatrixSpec } from '../../src/plot/specs/confusion-matrix.js';
import { historySpec } from '../../src/plot/specs/history.js';
import { imageGridSpec } from '../../src/plot/specs/image-grid.js';
import { linesSpec } from '../../src/plot/specs/lines.js';
import { networkSpec } from '../../src/plot/specs/network.js';
import { precisionRecallSpec } from '../../src/plot/specs/precision-recall.js';
import { predictedTrueSpec } from '../../src/plot/specs/predicted-true.js';
import { residualsSpec } from '../../src/plot/specs/residuals.js';
import { rocSpec } from '../../src/plot/specs/roc.js';
import type { VegaLiteSpec } from '../../src/plot/specs/spec.js';
import { diverging } from '../../src/plot/specs/theme.js';
import { tilesSpec } from '../../src/plot/specs/tiles.js';

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

// Quotients of whole numbers are the same on every machine; functions such as exp need not be.
const falling =
  (from: number, to: number, speed: number) =>
  (i: number): number =>
    to + (from - to) / (1 + speed * i);

/** A picture of a bright bar on a dark ground that is turned a little with every `index`. */
function barImage(index: number): string {
  const [size, slope] = [14, (index % 5) - 2];
  const data = Uint8Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    const away = Math.abs(column - size / 2 + (slope * (row - size / 2)) / 4);
    return row < 2 || row > 11 ? 0 : Math.max(0, Math.round(255 - 110 * away));
  });
  return dataUrl('image/png', encodePng({ width: size, height: size, channels: 1, data }));
}

function tile(rows: number, columns: number, valueOf: (i: number) => number): string {
  const colourOf = colourMap(diverging);
  const data = new Uint8Array(rows * columns * 3);
  for (let i = 0; i < rows * columns; i++) data.set(colourOf((valueOf(i) + 1) / 2), 3 * i);
  return dataUrl('image/png', encodePng({ width: columns, height: rows, channels: 3, data }));
}

const digits = range(10).map(String);
const clothes = ['T-shirt', 'Trouser', 'Pullover', 'Ankle boot', '连衣裙'];

export const pictureExamples: Readonly<Record<string, VegaLiteSpec>> = {
  history: historySpec({
    epoch: range(12),
    history: {
      accuracy: range(12).map((i) => 1 - falling(0.5, 0.01, 1)(i)),
      loss: range(12).map(falling(1.2, 0.02, 1)),
      val_accuracy: range(12).map((i) => 1 - falling(0.45, 0.04, 1)(i)),
      val_loss: range(12).map((i) => falling(1.1, 0.1, 1)(i) + i / 100),
      learning_rate: range(12).map(falling(0.001, 0, 0.5)),
    },
  }),
  'history-log': historySpec(
    { history: { loss: range(100).map(falling(4, 0.01, 2)) } },
    { lossScale: 'log', title: '' },
  ),
  lines: linesSpec(
    [
      { name: 'batch 32', y: range(20).map(falling(2.3, 0.1, 0.8)) },
      { name: 'batch 256', y: range(20).map(falling(2.3, 0.2, 0.4)) },
      { name: '批量 1024', y: [...range(10).map(falling(2.3, 0.4, 0.2)), Number.NaN, 1, 0.9] },
    ],
    {
      title: 'Loss by batch size (批量大小)',
      xLabel: 'Time (s)',
      yLabel: 'Cross-entropy (nats)',
      legendTitle: 'Training',
    },
  ),
  'lines-many': linesSpec(
    range(16).map((k) => ({
      name: `series ${k}`,
      x: range(40).map((i) => i * 25),
      y: range(40).map((i) => (i * (k - 8)) / 10),
    })),
    { xLabel: 'Δt (µs)', yLabel: 'Drift ± 1 σ', height: 340 },
  ),
  bars: barsSpec(
    [
      { name: 'training', values: [5923, 6742, 5958, 6131] },
      { name: 'test', values: [980, 1135, 1032, 1010] },
    ],
    {
      title: 'Images of each class',
      categories: ['zero', 'one', 'two', 'a class with a long name'],
      yLabel: 'Images',
      xLabel: 'Class',
    },
  ),
  'bars-stacked': barsSpec(
    [
      { name: 'right', values: [9, 8, 7] },
      { name: 'wrong', values: [1, 2, 3] },
    ],
    { stacked: true, yLabel: 'Samples' },
  ),
  'confusion-matrix': confusionMatrixSpec({
    matrix: digits.map((_, i) => digits.map((_unused, j) => (i === j ? 950 + 9 * i : (7 * i + 3 * j) % 11))),
    classNames: digits,
  }),
  'confusion-matrix-shares': confusionMatrixSpec({
    matrix: [
      [0.9, 0.1, 0, 0, 0],
      [0.3, 0.6, 0.1, 0, 0],
      [0.02, 0.08, 0.7, 0.2, 0],
      [0, 0, 0, 1, 0],
      [0.45, 0.05, 0.25, 0.25, 0],
    ],
    classNames: clothes,
    normalize: 'true',
  }),
  'confusion-matrix-two': confusionMatrixSpec(
    {
      matrix: [
        [5, 1],
        [2, 8],
      ],
      classNames: ['no', 'yes'],
    },
    { title: '' },
  ),
  roc: rocSpec(
    digits.map((name, k) => ({
      name,
      falsePositiveRate: range(41).map((i) => i / 40),
      truePositiveRate: range(41).map((i) => ((i / 40) * (10 + k)) / ((i / 40) * (9 + k) + 1 + k / 5)),
      area: 0.99 - k / 100,
    })),
  ),
  predicted: predictedTrueSpec([
    {
      name: '',
      truth: range(60).map((i) => i - 20),
      predicted: range(60).map((i) => 0.9 * (i - 20) + ((i * 37) % 11) - 5),
    },
  ]),
  'predicted-many': predictedTrueSpec(
    ['width (cm)', 'height (cm)'].map((name, k) => ({
      name,
      truth: range(2000).map((i) => (i % 997) / 10),
      predicted: range(2000).map((i) => ((i % 997) + ((i * 7919) % (100 + 150 * k))) / 10),
    })),
  ),
  residuals: residualsSpec([
    { name: '', residuals: range(400).map((i) => ((i * 37) % 101) / 25 + ((i * 53) % 89) / 25 - 4) },
  ]),
  'residuals-two': residualsSpec(
    ['width (cm)', 'height (cm)'].map((name, k) => ({
      name,
      residuals: range(30).map((i) => ((i * (3 + k)) % 13) - 5),
    })),
  ),
  'roc-two': rocSpec([
    { name: '', falsePositiveRate: [0, 0, 0.5, 0.5, 1], truePositiveRate: [0, 0.5, 0.5, 1, 1], area: 0.75 },
  ]),
  'precision-recall': precisionRecallSpec(
    [
      {
        name: '',
        recall: [1, 0.9, 0.7, 0.5, 0.3, 0],
        precision: [0.4, 0.55, 0.7, 0.85, 0.95, 1],
        averagePrecision: 0.81,
      },
    ],
    { prevalence: 0.4 },
  ),
  calibration: calibrationSpec(
    [
      {
        name: '',
        predicted: [0.05, 0.15, 0.26, 0.45, 0.66, 0.85, 0.96],
        observed: [0.01, 0.08, 0.2, 0.42, 0.7, 0.92, 0.99],
      },
    ],
    { counts: [500, 100, 60, 40, 30, 30, 44, 70, 120, 800] },
  ),
  images: imageGridSpec(
    range(14).map((i) => ({
      url: barImage(i),
      label: clothes[i % 5]!,
      prediction: clothes[(i % 4 === 3 ? i + 1 : i) % 5]!,
      confidence: 0.6 + i / 40,
      isRight: i % 4 !== 3,
    })),
    { title: 'Test images', subtitle: '11 of 14 are right' },
  ),
  'images-plain': imageGridSpec(range(3).map((i) => ({ url: barImage(i), label: String(i) }))),
  'images-none': imageGridSpec([], {
    title: 'Misclassified images',
    subtitle: '0 of 100 images are taken for something else',
  }),
  network: networkSpec(
    [
      { name: 'input', className: 'Input', outputShape: [null, 28, 28, 1], inputs: [] },
      {
        name: 'conv2d',
        className: 'Conv2D',
        outputShape: [null, 26, 26, 32],
        parameters: 320,
        detail: 'relu',
        inputs: ['input'],
      },
      { name: 'max_pooling2d', className: 'MaxPooling2D', outputShape: [null, 13, 13, 32], inputs: ['conv2d'] },
      { name: 'flatten', className: 'Flatten', outputShape: [null, 5408], inputs: ['max_pooling2d'] },
      {
        name: 'digit',
        className: 'Dense',
        outputShape: [null, 10],
        parameters: 54090,
        detail: 'softmax',
        inputs: ['flatten'],
      },
      {
        name: 'is_even',
        className: 'Dense',
        outputShape: [null, 1],
        parameters: 5409,
        detail: 'sigmoid',
        inputs: ['flatten'],
      },
    ],
    { title: 'Model "two_heads"', subtitle: '59,819 parameters' },
  ),
  tiles: tilesSpec(
    [
      {
        heading: 'conv2d: 20 filters of 3×3',
        urls: range(20).map((k) => tile(3, 3, (i) => ((i * (k + 1)) % 9) / 4 - 1)),
        rows: 3,
        columns: 3,
        colours: diverging,
        range: [-0.31, 0.31],
      },
      {
        heading: 'dense: 6 units (rows), 40 inputs (columns)',
        urls: [tile(6, 40, (i) => ((i * i) % 41) / 20 - 1)],
        rows: 6,
        columns: 40,
        colours: diverging,
        range: [-1.2, 1.2],
      },
      {
        heading: 'dense_1: 10 outputs',
        urls: [tile(1, 10, (i) => i / 5 - 1)],
        rows: 1,
        columns: 10,
        colours: diverging,
        range: [-1, 1],
      },
    ],
    { title: 'Weights', valueLabel: 'Weight' },
  ),
};
