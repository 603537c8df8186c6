import { expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { hintsOf, linesOf, points } from '../../../tests/support/hints.js';
import { activation, dense, dropout, flatten } from '../layers/index.js';
import type { Layer } from '../layers/layer.js';
import { sparseCategoricalCrossentropy } from '../losses/index.js';
import { sequential } from '../model/sequential.js';

useBackend();

const { x, y } = points({ count: 64 });

function train(fromLogits: boolean, ...layers: Layer[]): () => Promise<unknown> {
  const model = sequential(layers);
  model.compile({ loss: sparseCategoricalCrossentropy({ fromLogits }) });
  return () => model.fit(x, y, { verbose: 0 });
}
const last = (name: 'softmax' | 'linear' | 'sigmoid'): Layer => dense({ units: 4, activation: name });

test('two softmax layers are reported', async () => {
  expect(await hintsOf(train(false, last('softmax'), activation({ activation: 'softmax' })))).toEqual(['softmaxTwice']);
  const [line] = await linesOf(train(false, last('sigmoid'), flatten(), activation({ activation: 'softmax' })));
  expect(line).toMatch(/^Hint: The model ends in softmax of sigmoid, /);
});

test('softmax before a loss from logits is reported', async () => {
  expect(await hintsOf(train(true, last('softmax')))).toEqual(['softmaxTwice']);
  expect(
    await hintsOf(train(true, last('linear'), activation({ activation: 'softmax' }), dropout({ rate: 0.1 }))),
  ).toEqual(['softmaxTwice']);
});

test('one softmax is right: in the model or in the loss, as a layer of its own or not, and one in the middle', async () => {
  expect(await hintsOf(train(false, last('softmax')))).toEqual([]);
  expect(await hintsOf(train(true, last('linear')))).toEqual([]);
  expect(await hintsOf(train(false, last('linear'), activation({ activation: 'softmax' })))).toEqual([]);
  expect(await hintsOf(train(false, last('softmax'), last('softmax')))).toEqual([]);
});
