// Layers agree with Keras: outputs, shapes and gradients on recorded inputs and weights.
import { describe, expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { readGolden, type GoldenArray } from '../../../tests/support/golden.js';
import { expectTensor, goldenTensor, optionsOf } from '../../../tests/support/keras.js';
import { variableGradients } from '../../tensor/grad.js';
import { Variable } from '../../tensor/variable.js';
import * as layers from './index.js';

interface LayerCase {
  readonly name: string;
  readonly layer: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly input: GoldenArray;
  readonly weights: readonly GoldenArray[];
  readonly output: GoldenArray;
  readonly cotangent: GoldenArray;
  readonly input_gradient: GoldenArray;
  readonly weight_gradients: readonly GoldenArray[];
}

const { cases } = readGolden('layers') as { cases: readonly LayerCase[] };

// The recorded options are what Keras takes; that each fits its layer is what the test shows.
function makeLayer({ layer, config }: LayerCase): layers.Layer {
  const options = optionsOf(config);
  switch (layer) {
    case 'Activation':
      return layers.activation(options as unknown as layers.ActivationLayerOptions);
    case 'AveragePooling2D':
      return layers.averagePooling2d(options);
    case 'Conv2D':
      return layers.conv2d(options as unknown as layers.Conv2dOptions);
    case 'Dense':
      return layers.dense(options as unknown as layers.DenseOptions);
    case 'Dropout':
      return layers.dropout(options as unknown as layers.DropoutOptions);
    case 'Flatten':
      return layers.flatten(options);
    case 'MaxPooling2D':
      return layers.maxPooling2d(options);
    case 'Reshape':
      return layers.reshape(options as unknown as layers.ReshapeOptions);
    default:
      throw new Error(`no layer ${layer}`);
  }
}

forEachBackend(() => {
  describe('as Keras', () => {
    test.each(cases.map((recorded) => [recorded.name, recorded] as const))('%s', async (_, recorded) => {
      const layer = makeLayer(recorded);
      const input = new Variable(goldenTensor(recorded.input));
      layer.ensureBuilt([null, ...input.shape.slice(1)]);
      expect(layer.className).toBe(recorded.layer);
      expect(layer.weights.map((weight) => weight.shape)).toEqual(recorded.weights.map((weight) => weight.shape));
      layer.weights.forEach((weight, i) => weight.assign(goldenTensor(recorded.weights[i]!)));
      expect(layer.outputShape).toEqual([null, ...recorded.output.shape.slice(1)]);

      await expectTensor(layer.apply(input.value), recorded.output);
      const cotangent = goldenTensor(recorded.cotangent);
      const { gradients } = variableGradients(
        () => layer.apply(input.value).mul(cotangent).sum(),
        [input, ...layer.weights],
      );
      await expectTensor(gradients[0]!, recorded.input_gradient);
      for (const [i, expected] of recorded.weight_gradients.entries()) await expectTensor(gradients[i + 1]!, expected);
    });
  });
});
