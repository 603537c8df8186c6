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
  if (options['batch-size'] !== undefined && options.programs === undefined)
    throw new UsageError(
      'nacre convert: expected --batch-size with the programs that it is for, --programs FILE.',
      'convert',
    );
  await import('../node.js');
  const weightsOnly = options['weights-only'] || /\.weights\.h5$|\.npz$/i.test(to);
  const model = isIntoModel
    ? await convertInto(modelFile === undefined ? networks[network!].create() : await loadModel(modelFile), from, to, {
        weightsOnly,
        ...(layout === undefined ? {} : { layout: layout }),
      })
    : await convertModel(from, to, weightsOnly);
  const { programs } = options;
  if (programs !== undefined) await model.savePrograms(programs, { batchSizes: [options['batch-size'] ?? 1] });
  const parameters = model.countParams();
  if (options.json)
    return printJson({ from, to, weightsOnly, parameters, ...(programs === undefined ? {} : { programs }) });
  print(`${from} -> ${to}: ${parameters} parameters${weightsOnly ? ', weights only' : ''}`);
  if (programs !== undefined) print(`${programs}: what a page predicts with, compiled`);
}

/** Gives the weights of `from` to a model, and writes that. */
async function convertInto(
  model: Model,
  from: string,
  to: string,
  { weightsOnly, ...options }: LoadWeightsOptions & { readonly weightsOnly: boolean },
): Promise<Model> {
  await model.loadWeights(from, options);
  await write(model, to, weightsOnly);
  return model;
}

async function convertModel(from: string, to: string, weightsOnly: boolean): Promise<Model> {
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
  return trained.model;
}

async function write(model: Model, path: string, weightsOnly: boolean): Promise<void> {
  await (weightsOnly ? model.saveWeights(path) : model.save(path));
}
