// `nacre convert`: a model file into another format, or weights of another program into a model.
import { errors, loadModel, networks, type LoadWeightsOptions, type Model } from '../api.js';
import { nodePlatform } from '../platform/node.js';
import { print, printJson } from './machine.js';
import { UsageError, type OptionsOf } from './options.js';
import { readTrainedModel, writeTrainedModel } from './trained-model.js';

const holdsNotes = (path: string): boolean => path.toLowerCase().endsWith('.safetensors');

export async function convert(options: OptionsOf<'convert'>, operands: readonly string[]): Promise<void> {
  const [from, to] = operands as readonly [string, string];
  const { model: modelFile, network, layout } = options;
  if (modelFile !== undefined && network !== undefined)
    throw new UsageError('nacre convert: expected --model FILE or --network NAME, received both.', 'convert');
  const isIntoModel = modelFile !== undefined || network !== undefined;
  if (layout !== undefined && !isIntoModel)
    throw new UsageError(
      'nacre convert: expected --layout with the model that the weights are for, --model FILE or --network NAME, received neither.',
      'convert',
    );
  await import('../node.js');
  const weightsOnly = options['weights-only'] || /\.weights\.h5$|\.npz$/i.test(to);
  const parameters = isIntoModel
    ? await convertInto(modelFile === undefined ? networks[network!].create() : await loadModel(modelFile), from, to, {
        weightsOnly,
        ...(layout === undefined ? {} : { layout: layout }),
      })
    : await convertModel(from, to, weightsOnly);
  if (options.json) printJson({ from, to, weightsOnly, parameters });
  else print(`${from} -> ${to}: ${parameters} parameters${weightsOnly ? ', weights only' : ''}`);
}

/** Gives the weights of `from` to a model, and writes that. */
async function convertInto(
  model: Model,
  from: string,
  to: string,
  { weightsOnly, ...options }: LoadWeightsOptions & { readonly weightsOnly: boolean },
): Promise<number> {
  await model.loadWeights(from, options);
  await write(model, to, weightsOnly);
  return model.countParams();
}

async function convertModel(from: string, to: string, weightsOnly: boolean): Promise<number> {
  const { files } = nodePlatform;
  let trained;
  try {
    trained = await readTrainedModel(files, from);
  } catch (error) {
    if (error instanceof errors.DataError && error.message.includes('has weights but no model'))
      throw new errors.DataError(
        `'${from}' has weights but no model. Say which model they are for, with --model FILE or --network NAME.`,
        { cause: error },
      );
    throw error;
  }
  // What the model was trained on goes along where the format has room for it.
  if (trained.note !== undefined && holdsNotes(to) && !weightsOnly) await writeTrainedModel(files, to, trained);
  else await write(trained.model, to, weightsOnly);
  return trained.model.countParams();
}

async function write(model: Model, path: string, weightsOnly: boolean): Promise<void> {
  await (weightsOnly ? model.saveWeights(path) : model.save(path));
}
