import { describe, expect, test } from 'vitest';
import { useBackend } from '../../../tests/support/engine.js';
import { classifier, hintsOf, linesOf, points } from '../../../tests/support/hints.js';
import { fromNDArray, tensor } from '../../tensor/creation.js';
import { dense, flatten } from '../layers/index.js';
import { Layer, type PartialShape } from '../layers/layer.js';
import { sequential, type Sequential } from '../model/sequential.js';
import type { Tensor } from '../../tensor/tensor.js';

useBackend();

const quiet = { verbose: 0 } as const;
const images = fromNDArray({
  dtype: 'uint8',
  shape: [4, 8, 8],
  data: Uint8Array.from({ length: 256 }, (_, i) => i),
});
const labels = tensor([0, 1, 0, 1]);

function ofImages(...first: Layer[]): Sequential {
  const model = sequential([...first, flatten(), dense({ units: 2, activation: 'softmax' })]);
  model.compile({ loss: 'sparseCategoricalCrossentropy' });
  return model;
}

/** What its name says, as a layer of a user's own. */
class Rescaling extends Layer {
  readonly className = 'Rescaling';

  constructor() {
    super('Rescaling', {});
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override call(x: Tensor): Tensor {
    return x.div(255);
  }
}

describe('pixels that were left at 0 to 255', () => {
  test('are reported, with the line that scales them', async () => {
    const model = ofImages();
    const lines = await linesOf(async () => {
      await model.fit(images, labels, quiet);
      await model.fit(images.cast('float32'), labels, quiet);
    });
    expect(lines).toEqual([
      'Hint: The inputs look like pixels that were not scaled: x has values such as 255. Networks learn better from small numbers; scale it, for example x.div(255). See docs/hints/unscaled-inputs.md.',
    ]);
  });

  test('are none once they are scaled, by the user or by a layer', async () => {
    expect(await hintsOf(() => ofImages().fit(images.div(255), labels, quiet))).toEqual([]);
    expect(await hintsOf(() => ofImages().fit(images.div(127.5).sub(1), labels, quiet))).toEqual([]);
    expect(await hintsOf(() => ofImages(new Rescaling()).fit(images, labels, quiet))).toEqual([]);
  });

  test('are none where they only count something', async () => {
    expect(await hintsOf(() => ofImages().fit(images.div(32).floor(), labels, quiet))).toEqual([]);
  });
});

describe('features in the units they were measured in', () => {
  const { x, y } = points({ count: 64 });

  test('are reported with a value', async () => {
    const [line, ...others] = await linesOf(() =>
      ofImages().fit(images.cast('float32').sub(1000), labels, quiet).catch(String),
    );
    expect(line).toMatch(/^Hint: The inputs are not scaled: x has values such as -1000\. Subtract the mean /);
    expect(others).toEqual([]);
    expect(await hintsOf(() => classifier().fit(x.mul(500), y, quiet))).toEqual(['unscaledInputs']);
  });

  test('are fine around 0, and whole numbers of int32 are names', async () => {
    expect(await hintsOf(() => classifier().fit(x, y, quiet))).toEqual([]);
    expect(await hintsOf(() => classifier().fit(x.mul(500).cast('int32'), y, quiet))).toEqual([]);
  });

  test('are left alone where they would have to be computed to be seen', async () => {
    const standard = x.mul(500).sub(x.mul(500).mean(0)).div(x.mul(500).variance(0).sqrt());
    expect(await hintsOf(() => classifier().fit(standard, y, quiet))).toEqual([]);
  });
});
