import { describe, expect, test } from 'vitest';
import { consoleOf } from '../../../tests/support/console.js';
import { useBackend } from '../../../tests/support/engine.js';
import { useFiles } from '../../../tests/support/files.js';
import { smallData, weightsOf } from '../../../tests/support/models.js';
import { ndarray } from '../../base/ndarray.js';
import { sizeOf } from '../../base/shape.js';
import { writeSafetensors } from '../../formats/write-safetensors.js';
import { zeros } from '../../tensor/creation.js';
import * as layers from '../layers/index.js';
import { sequential, type Sequential } from '../model/sequential.js';

useBackend();
useFiles();

/** Of 3 inputs; the last layer has so many units. */
function network(units: number, useBias = true): Sequential {
  const model = sequential({
    name: 'network',
    layers: [
      layers.dense({ units: 4, inputShape: [3], name: 'first' }),
      layers.dense({ units, useBias, name: 'last' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'mse' });
  return model;
}

const endings = ['.safetensors', '.npz', '.keras', '.weights.h5', '.h5', '.json', '.onnx'];
const whole = (ending: string): boolean => ['.keras', '.json', '.onnx'].includes(ending);

async function saved(model: Sequential, ending: string): Promise<string> {
  const path = `saved/model${ending}`;
  await (whole(ending) ? model.save(path) : model.saveWeights(path));
  return path;
}

describe.each(endings)('loadWeights with skipMismatch: %s', (ending) => {
  test('takes the layers that fit, and says which do not', async () => {
    const pretrained = network(5);
    const path = await saved(pretrained, ending);
    const model = network(2);
    const before = await weightsOf(model);
    await expect(model.loadWeights(path)).rejects.toThrow(/not those of the model/);
    expect(await weightsOf(model)).toEqual(before);
    const said = consoleOf();
    await model.loadWeights(path, { skipMismatch: true });
    expect(await weightsOf(model)).toEqual([...(await weightsOf(pretrained)).slice(0, 16), ...before.slice(16)]);
    expect(said.warnings()).toEqual([
      expect.stringMatching(
        /^loadWeights: 'saved\/model\S+': not all of its weights were taken\. These layers keep the weights they had: layer 'last': kernel \[4, 2\] is \[4, 5\] in the file \('.*'\), bias \[2\] is \[5\] in the file \('.*'\)\.$/,
      ),
    ]);
  });

  test('leaves out a layer with fewer weights', async () => {
    const pretrained = network(2, false);
    const path = await saved(pretrained, ending);
    const model = network(2);
    const before = await weightsOf(model);
    const said = consoleOf();
    await model.loadWeights(path, { skipMismatch: true });
    expect(await weightsOf(model)).toEqual([...(await weightsOf(pretrained)).slice(0, 16), ...before.slice(16)]);
    expect(said.warnings()).toEqual([expect.stringMatching(/layer 'last': .*bias \[2\] is missing/)]);
  });

  test('says nothing where all fits', async () => {
    const pretrained = network(2);
    const path = await saved(pretrained, ending);
    const model = network(2);
    const said = consoleOf();
    await model.loadWeights(path, { skipMismatch: true });
    expect(await weightsOf(model)).toEqual(await weightsOf(pretrained));
    expect(said.warnings()).toEqual([]);
  });
});

test('the optimizer keeps its state where a layer keeps its weights', async () => {
  const { x } = smallData(4);
  const trained = network(5);
  await trained.fit(x, zeros([4, 5]), { epochs: 3, verbose: 0 });
  await trained.saveWeights('trained.safetensors');
  const other = network(2);
  await other.loadWeights('trained.safetensors', { skipMismatch: true });
  expect(await other.optimizer!.iterations.value.data()).toEqual(Int32Array.of(0));
  const same = network(5);
  await same.loadWeights('trained.safetensors', { skipMismatch: true });
  expect(await same.optimizer!.iterations.value.data()).toEqual(Int32Array.of(3));
});

describe("a file in PyTorch's order of axes", () => {
  const names = { first: 'body', last: 'head' };
  const file = (head: readonly [number, number]): Uint8Array<ArrayBuffer> => {
    const array = (...shape: number[]) =>
      ndarray(
        Float32Array.from({ length: sizeOf(shape) }, (_, index) => index),
        shape,
      );
    const tensors = { 'body.weight': array(4, 3), 'body.bias': array(4), 'head.weight': array(...head) };
    return writeSafetensors({
      tensors: new Map(Object.entries({ ...tensors, 'head.bias': array(head[0]) })),
      metadata: new Map(),
    });
  };

  test('gives a model with another head all but that', async () => {
    const model = network(2);
    const before = await weightsOf(model);
    const said = consoleOf();
    await model.loadWeights(file([5, 4]), { names, layout: 'pytorch', skipMismatch: true });
    const body = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, 0, 1, 2, 3];
    expect(await weightsOf(model)).toEqual([...body, ...before.slice(16)]);
    expect(said.warnings()).toEqual([expect.stringMatching(/layer 'last': kernel \[4, 2\] is \[5, 4\] in the file/)]);
  });

  test('needs to be told, and is held to what is told', async () => {
    const model = network(2);
    const before = await weightsOf(model);
    await expect(model.loadWeights(file([5, 4]), { names, skipMismatch: true })).rejects.toThrow(
      "expected layout: 'pytorch' or 'keras' beside skipMismatch",
    );
    for (const skipMismatch of [false, true])
      await expect(model.loadWeights(file([4, 2]), { names, layout: 'pytorch', skipMismatch })).rejects.toThrow(
        "'head.weight' has shape [4, 2], and the model's 'last/kernel' [2, 4] in PyTorch's order of axes.",
      );
    expect(await weightsOf(model)).toEqual(before);
  });
});
