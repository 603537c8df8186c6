// What `nacre evaluate` and `nacre report` begin with: a model file, and the images with labels to judge it on.
import type { Sequential, Tensor } from '../api.js';
import { nodePlatform } from '../platform/node.js';
import { checkMnistFits, countOf, inputsOf, isMnist, loadFolder, loadMnist, part, targetsOf } from './image-data.js';
import { interruption } from './interruption.js';
import { describeMachine, print, startMachine } from './machine.js';
import { compileIfNeeded, formOf } from './model-form.js';
import { UsageError, type OptionsOf } from './options.js';
import { preparationFor } from './prepare-image.js';
import { formOfTrained, readTrainedModel } from './trained-model.js';

export interface JudgedModel {
  readonly path: string;
  readonly model: Sequential;
  readonly classNames: readonly string[];
  /** The images [N, H, W] or [N, H, W, C], as pixels. */
  readonly images: Tensor;
  /** Images and labels as the model takes them. */
  readonly x: Tensor;
  readonly y: Tensor;
  readonly signal: AbortSignal;
  /** What `--json` says of all this beside the results. */
  readonly described: {
    readonly model: string;
    readonly data: string;
    readonly images: number;
    readonly backend: string;
    readonly threads: number;
  };
}

/** @throws UsageError for a missing model, DataError for files and data that do not fit */
export async function loadJudged(
  command: 'evaluate' | 'report',
  options: Pick<OptionsOf<'evaluate'>, 'model' | 'data' | 'samples' | 'prepare' | 'backend' | 'threads' | 'json'>,
): Promise<JudgedModel> {
  const { model: path, data, json } = options;
  if (path === undefined) throw new UsageError(`nacre ${command}: expected --model FILE.`, command);
  if (options.prepare !== undefined && isMnist(data))
    throw new UsageError('--prepare: expected with --data FOLDER only; the images of MNIST are as they are.', command);
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
  const count = Math.min(options.samples ?? Infinity, countOf(all));
  const { images, labels } = part(all, 0, count);
  const { model, note } = trained;
  compileIfNeeded(model);
  // What it was compiled with decides the form of the labels.
  const form = formOf(model, path, note);
  if (!json) print(`${path}: ${count} images of ${form.classes} classes; ${describeMachine(machine)}.`);
  return {
    path,
    model,
    classNames,
    images,
    x: inputsOf(images, form),
    y: targetsOf(labels, form),
    signal,
    described: { model: path, data: data ?? 'mnist', images: count, backend: machine.name, threads: machine.threads },
  };
}
