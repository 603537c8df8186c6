import { expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { classifier, hintsOf, linesOf, points, type ClassifierOptions } from '../../../tests/support/hints.js';
import { adam } from '../optimizers/index.js';
import { dense } from '../layers/index.js';
import { sequential } from '../model/sequential.js';
import { toCategorical } from '../to-categorical.js';

useBackend();

/** Nine of ten samples are of class 0, and hardly to be told from the others. */
const rare = { count: 400, classes: 2, shareOfFirst: 0.8 } as const;
const { x, y } = points({ ...rare, distance: 0.2 });
const options = { batchSize: 16, epochs: 12, verbose: 0 } as const;
const small = (): ClassifierOptions => ({ optimizer: adam(0.01), units: 4, classes: 2 });

test('a model that gives the frequent class for every sample is reported', async () => {
  expect(await linesOf(() => classifier(small()).fit(x, y, options))).toEqual([
    'Hint: The model gives class 0 for all of 32 samples, whose labels are of 2 classes. If one class is far more frequent, weight them with classWeight or take as many samples of each; otherwise try a smaller learning rate. See docs/hints/one-class.md.',
  ]);
});

test('it is reported for one-hot labels that are made batch by batch, and for yes and no', async () => {
  const oneHot = classifier(small());
  oneHot.compile({ optimizer: adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  expect(await hintsOf(() => oneHot.fit(x, toCategorical(y, 2), options))).toEqual(['oneClass']);
  const binary = sequential([dense({ units: 1, activation: 'sigmoid', inputShape: [8] })]);
  binary.compile({ optimizer: adam(0.01), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  expect(await hintsOf(() => binary.fit(x, y, options))).toEqual(['oneClass']);
});

test('a model that tells the rare class is silent, and so is a beginning', async () => {
  const apart = points({ ...rare, distance: 3 });
  expect(await hintsOf(() => classifier(small()).fit(apart.x, apart.y, options))).toEqual([]);
  expect(await hintsOf(() => classifier(small()).fit(x, y, { ...options, epochs: 2 }))).toEqual([]);
});
