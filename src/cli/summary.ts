// `nacre summary`: the layers of a model file or a network.
import { networks, type layers, type Sequential } from '../api.js';
import { nodePlatform } from '../platform/node.js';
import { describeClasses } from './color-mode.js';
import { print, printJson } from './machine.js';
import { UsageError, type OptionsOf } from './options.js';
import { readTrainedModel, type TrainingNote } from './trained-model.js';
import { weightsIn, weightTable } from './weight-list.js';

type Layer = layers.Layer;

export async function summary(options: OptionsOf<'summary'>, operands: readonly string[] = []): Promise<void> {
  const { network } = options;
  const given = [operands[0], options.model, network].filter((name) => name !== undefined);
  if (given.length !== 1)
    throw new UsageError(
      `nacre summary: expected --model FILE or --network NAME, received ${given.length === 0 ? 'neither' : 'both'}.`,
      'summary',
    );
  await import('../node.js');
  const path = operands[0] ?? options.model;
  const weights = path === undefined ? undefined : await weightsIn(nodePlatform.files, path);
  if (weights !== undefined) {
    if (options.json) printJson({ weights });
    else print(weightTable(weights));
    return;
  }
  const { model, note } =
    path === undefined
      ? { model: networks[network!].create(), note: undefined }
      : await readTrainedModel(nodePlatform.files, path);
  if (options.json) {
    printJson(describe(model, note));
    return;
  }
  model.summary({ expandNested: true });
  if (note !== undefined)
    print(
      `\nTrained on ${note.source === 'mnist' ? 'MNIST' : 'a folder'}: ${describeClasses(note)}: ${note.classNames.join(', ')}`,
    );
}

function describe(model: Sequential, note: TrainingNote | undefined): object {
  const trainable = model.trainableWeights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return {
    name: model.name,
    inputShape: model.inputShape,
    outputShape: model.outputShape,
    layers: model.layers.map(describeLayer),
    parameters: { total: model.countParams(), trainable, nonTrainable: model.countParams() - trainable },
    trainedOn: note ?? null,
  };
}

/** A layer; a model within the model with its own layers. */
function describeLayer(layer: Layer): object {
  const { name, className, outputShape, innerLayers } = layer;
  return {
    name,
    class: className,
    outputShape,
    parameters: layer.countParams(),
    ...(innerLayers.length > 0 && { layers: innerLayers.map(describeLayer) }),
  };
}
