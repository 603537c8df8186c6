// `nacre evaluate`: the loss and the metrics of a model file over MNIST's test images or a folder of images.
import { nodePlatform } from '../platform/node.js';
import { checkMnistFits, countOf, inputsOf, isMnist, loadFolder, loadMnist, part, targetsOf } from './image-data.js';
import { interruption } from './interruption.js';
import { describeMachine, print, printJson, printResults, startMachine } from './machine.js';
import { compileIfNeeded, formOf } from './model-form.js';
import { UsageError, type OptionsOf } from './options.js';
import { preparationFor } from './prepare-image.js';
import { formOfTrained, readTrainedModel } from './trained-model.js';

export async function evaluate(options: OptionsOf<'evaluate'>): Promise<void> {
  const { model: path, data, json } = options;
  if (path === undefined) throw new UsageError('nacre evaluate: expected --model FILE.', 'evaluate');
  if (options.prepare !== undefined && isMnist(data))
    throw new UsageError(
      '--prepare: expected with --data FOLDER only; the images of MNIST are as they are.',
      'evaluate',
    );
  const signal = interruption(nodePlatform);
  const machine = await startMachine(options);
  const { files } = nodePlatform;
  const trained = await readTrainedModel(files, path);
  const { form: plain, classNames } = formOfTrained(trained, path);
  const load = async () => {
    if (isMnist(data)) {
      checkMnistFits(plain, path);
      return (await loadMnist(signal, json))[1];
    }
    const preparation = options.prepare ?? preparationFor(plain, trained.note);
    const request = { directory: data!, image: plain, preparation, seed: 0, signal };
    return loadFolder(files, request, { classNames, place: path });
  };
  const all = await load();
  const images = part(all, 0, Math.min(options.samples ?? Infinity, countOf(all)));
  const { model, note } = trained;
  compileIfNeeded(model);
  // What it was compiled with decides the form of the labels.
  const form = formOf(model, path, note);
  if (!json) print(`${path}: ${countOf(images)} images of ${form.classes} classes; ${describeMachine(machine)}.`);
  const batchSize = options['batch-size'] ?? 32;
  const verbose = json ? 0 : 1;
  const results = await model.evaluate(inputsOf(images.images, form), targetsOf(images.labels, form), {
    batchSize,
    verbose,
    signal,
    returnDict: true,
  });
  if (json)
    printJson({
      model: path,
      data: data ?? 'mnist',
      images: countOf(images),
      backend: machine.name,
      threads: machine.threads,
      test: results,
    });
  else printResults('test', results);
}
