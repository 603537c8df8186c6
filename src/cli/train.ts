// `nacre train`: a named network or a model file, on MNIST or a folder of images.
import {
  errors,
  mnistClasses,
  networks,
  setRandomSeed,
  type FitOptions,
  type ImageClasses,
  type Network,
  type NetworkName,
} from '../api.js';
import { nodePlatform } from '../platform/node.js';
import {
  checkMnistFits,
  countOf,
  inputsOf,
  isMnist,
  loadFolder,
  loadMnist,
  part,
  targetsOf,
  type LabelledImages,
} from './image-data.js';
import { interruption } from './interruption.js';
import { describeMachine, print, printJson, printResults, startMachine } from './machine.js';
import { compileIfNeeded, formOf } from './model-form.js';
import { UsageError, type OptionsOf } from './options.js';
import { preparationFor } from './prepare-image.js';
import {
  checkOutput,
  formOfTrained,
  readTrainedModel,
  writeTrainedModel,
  type TrainedModel,
  type TrainingNote,
} from './trained-model.js';

type Options = OptionsOf<'train'>;

/** What is trained, and on what. */
interface Plan {
  /** `first`, or the name of a file. */
  readonly name: string;
  readonly trained: TrainedModel;
  readonly training: LabelledImages;
  /** What is tested with at the end; undefined where nothing was kept back. */
  readonly test: LabelledImages | undefined;
  /** Whether the test images are also what each epoch is validated with. */
  readonly isTestValidation: boolean;
  /** The part of the training images that fit keeps back. */
  readonly validationSplit: number;
  readonly defaults: { readonly epochs: number; readonly batchSize: number };
}

export async function train(options: Options): Promise<void> {
  checkUsage(options);
  if (options.output !== undefined) await checkOutput(options.output);
  const signal = interruption(nodePlatform);
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const machine = await startMachine(options);
  setRandomSeed(seed);
  const plan = isMnist(options.data)
    ? await planMnist(options, signal)
    : await planFolder(options.data!, options, seed, signal);
  const { model, note } = plan.trained;
  compileIfNeeded(model);
  const form = formOf(model, plan.name, note);
  const { training, test } = plan;
  if (!options.json) {
    model.summary();
    const tested = test === undefined ? '' : `, ${countOf(test)} to test with`;
    print(
      `\n${plan.name}: ${countOf(training)} images of ${form.classes} classes to train on${tested}; ` +
        `${describeMachine(machine)}, seed ${seed}.`,
    );
  }

  const verbose = options.json ? 0 : (Number(options.verbose ?? 1) as 0 | 1 | 2);
  const tests = test && ([inputsOf(test.images, form), targetsOf(test.labels, form)] as const);
  const validation: FitOptions = {
    ...(plan.isTestValidation && tests !== undefined ? { validationData: tests } : {}),
    ...(plan.validationSplit > 0 ? { validationSplit: plan.validationSplit } : {}),
  };
  const begun = performance.now();
  const { history } = await model.fit(inputsOf(training.images, form), targetsOf(training.labels, form), {
    epochs: options.epochs ?? plan.defaults.epochs,
    batchSize: options['batch-size'] ?? plan.defaults.batchSize,
    ...validation,
    verbose,
    signal,
  });
  const seconds = (performance.now() - begun) / 1000;
  const results = tests && (await model.evaluate(...tests, { verbose, signal, returnDict: true }));
  if (options.output !== undefined) await writeTrainedModel(nodePlatform.files, options.output, plan.trained);
  if (options.json) {
    printJson({
      model: plan.name,
      data: options.data ?? 'mnist',
      classes: training.classNames,
      images: { training: countOf(training), test: test === undefined ? 0 : countOf(test) },
      backend: machine.name,
      threads: machine.threads,
      seed,
      history,
      trainingSeconds: seconds,
      test: results ?? null,
      output: options.output ?? null,
    });
    return;
  }
  print('');
  if (results !== undefined) printResults('test', results);
  if (options.output !== undefined) print(`saved: ${options.output}`);
}

function checkUsage(options: Options): void {
  const refuse = (message: string): never => {
    throw new UsageError(message, 'train');
  };
  if (options.network !== undefined && options.model !== undefined)
    refuse('nacre train: expected --network or --model, received both.');
  for (const name of ['image-size', 'color-mode'] as const) {
    if (options[name] === undefined) continue;
    if (isMnist(options.data))
      refuse(`--${name}: expected with --data FOLDER only; the images of MNIST are as they are.`);
    if (options.model !== undefined) refuse(`--${name}: expected with a network only; a model file has its own.`);
  }
}

const networkOf = (options: Options): { name: NetworkName; network: Network } => {
  const name = options.network ?? 'first';
  return { name, network: networks[name] };
};

/** What a model file is trained with unless the options say otherwise. */
const fileDefaults = { epochs: 5, batchSize: 32 } as const;

async function planMnist(options: Options, signal: AbortSignal): Promise<Plan> {
  const split = options['validation-split'];
  const planned = async (): Promise<Pick<Plan, 'name' | 'trained' | 'defaults'> & { network?: Network }> => {
    if (options.model === undefined) {
      const { name, network } = networkOf(options);
      return { name, network, trained: { model: network.create(), note: undefined }, defaults: network };
    }
    const trained = await readTrainedModel(nodePlatform.files, options.model);
    checkMnistFits(formOfTrained(trained, options.model).form, options.model);
    return { name: options.model, trained, defaults: fileDefaults };
  };
  const { network, ...plan } = await planned();
  const [training, test] = await loadMnist(signal, options.json);
  const validation = split === undefined ? (network?.validation ?? 'none') : { split };
  const limit = options.samples ?? Infinity;
  return {
    ...plan,
    trained: { model: plan.trained.model, note: noteOf('mnist', mnistClasses, training.classNames) },
    training: part(training, 0, Math.min(limit, countOf(training))),
    test: part(test, 0, Math.min(limit, countOf(test))),
    isTestValidation: validation === 'test',
    validationSplit: typeof validation === 'object' ? validation.split : 0,
  };
}

async function planFolder(directory: string, options: Options, seed: number, signal: AbortSignal): Promise<Plan> {
  const { files } = nodePlatform;
  if (options.model !== undefined) {
    const trained = await readTrainedModel(files, options.model);
    const { form, classNames } = formOfTrained(trained, options.model);
    const preparation = preparationFor(form, trained.note);
    const request = { directory, image: form, preparation, seed, signal };
    const all = await loadFolder(files, request, { classNames, place: options.model });
    const note = trained.note ?? noteOf('folder', form, classNames);
    const parts = divided(all, options, directory);
    return { name: options.model, trained: { model: trained.model, note }, ...parts, defaults: fileDefaults };
  }
  const { name, network } = networkOf(options);
  const size = options['image-size'] ?? mnistClasses.height;
  const image = { height: size, width: size, channels: options['color-mode'] === 'rgb' ? 3 : 1 };
  const all = await loadFolder(files, { directory, image, preparation: 'resize', seed, signal });
  const form: ImageClasses = { ...image, classes: all.classNames.length };
  const note = noteOf('folder', form, all.classNames);
  const model = network.create(form);
  return { name, trained: { model, note }, ...divided(all, options, directory), defaults: network };
}

const noteOf = (source: TrainingNote['source'], image: ImageClasses, classNames: readonly string[]): TrainingNote => {
  const { height, width, channels, classes } = image;
  return { source, height, width, channels, classes, classNames };
};

/** The images of a folder, which come in random order, as those to train on and those kept back. */
function divided(
  all: LabelledImages,
  options: Options,
  directory: string,
): Pick<Plan, 'training' | 'test' | 'isTestValidation' | 'validationSplit'> {
  const split = options['validation-split'] ?? 0.2;
  const count = countOf(all);
  // 10 images and a part of 0.9 leave 1, whatever binary fractions make of it.
  const training = Math.floor(count * (1 - split) + 1e-6);
  if (training === 0 || (split > 0 && training === count))
    throw new errors.DataError(
      `${directory}: expected enough images to train on and to keep back a part of ${split}, found ${count}. Add images, or choose another --validation-split.`,
    );
  return {
    training: part(all, 0, Math.min(options.samples ?? Infinity, training)),
    test: split > 0 ? part(all, training, Math.min(count, training + (options.samples ?? count))) : undefined,
    isTestValidation: true,
    validationSplit: 0,
  };
}
