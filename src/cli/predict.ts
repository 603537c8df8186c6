// `nacre predict`: what a model takes image files for.
import { errors, fromNDArray, type NDArray } from '../api.js';
import { decodeImage } from '../data/decode-image.js';
import { nodePlatform } from '../platform/node.js';
import { inputsOf } from './image-data.js';
import { interruption } from './interruption.js';
import { print, printJson, startMachine } from './machine.js';
import { UsageError, type OptionsOf } from './options.js';
import { drawGuesses, mostProbable, type Guess } from './picture.js';
import { imagePreparation, preparationFor } from './prepare-image.js';
import { formOfTrained, readTrainedModel } from './trained-model.js';

const shown = 3;

/** An image as the model gets it, or why it cannot. */
type Prepared = { readonly path: string } & ({ readonly image: NDArray } | { readonly problem: string });

/** Prints what the images are taken for. False where one of them could not be read; the others are shown all the same. */
export async function predict(options: OptionsOf<'predict'>, paths: readonly string[]): Promise<boolean> {
  const { model: path } = options;
  if (path === undefined) throw new UsageError('nacre predict: expected --model FILE.', 'predict');
  const signal = interruption(nodePlatform);
  await startMachine(options);
  const trained = await readTrainedModel(nodePlatform.files, path);
  const { form, classNames } = formOfTrained(trained, path);
  const prepare = imagePreparation(options.prepare ?? preparationFor(form, trained.note), form);
  const prepared: Prepared[] = [];
  for (const image of paths) prepared.push(await prepareFile(image, prepare));

  const good = prepared.filter((one) => 'image' in one);
  const results = new Map<Prepared, readonly Guess[]>();
  if (good.length > 0) {
    const { height, width, channels, inputShape } = form;
    const data = new Uint8Array(good.length * height * width * channels);
    good.forEach(({ image }, index) => data.set(image.data, index * height * width * channels));
    const images = fromNDArray({ dtype: 'uint8', shape: [good.length, ...inputShape], data });
    const output = await (await trained.model.predict(inputsOf(images, form), { verbose: 0, signal })).data();
    const units = output.length / good.length;
    good.forEach((one, index) => {
      const probabilities = probabilitiesOf(output.subarray(index * units, (index + 1) * units));
      results.set(one, mostProbable(probabilities, classNames, shown));
    });
  }
  if (options.json)
    printJson({
      model: path,
      predictions: prepared.map((one) =>
        'image' in one ? { image: one.path, top: results.get(one) } : { image: one.path, error: one.problem },
      ),
    });
  else
    prepared.forEach((one, index) => {
      if (!('image' in one)) return;
      const blank = index === 0 ? '' : '\n';
      print(`${blank}${one.path}\n\n${drawGuesses(one.image, results.get(one)!, nodePlatform.terminal.colour)}`);
    });
  for (const one of prepared) if ('problem' in one) nodePlatform.warn(one.problem);
  return good.length === prepared.length;
}

async function prepareFile(path: string, prepare: (image: NDArray, path: string) => NDArray): Promise<Prepared> {
  try {
    const bytes = await nodePlatform.files.read(path);
    if (bytes === undefined)
      return { path, problem: `${path}: expected a PNG or JPEG image, found no file of that name.` };
    return { path, image: prepare(await decodeImage(bytes, path), path) };
  } catch (error) {
    if (error instanceof errors.NacreError) return { path, problem: error.message };
    throw error;
  }
}

/** What a model gives for one image as probabilities: of both classes for a single output, from logits where it gives those. */
export function probabilitiesOf(output: ArrayLike<number>): number[] {
  const values = Array.from(output);
  if (values.length === 1) {
    const value = values[0]!;
    const second = value >= 0 && value <= 1 ? value : 1 / (1 + Math.exp(-value));
    return [1 - second, second];
  }
  const sum = values.reduce((total, value) => total + value, 0);
  if (values.every((value) => value >= 0) && Math.abs(sum - 1) < 1e-3) return values;
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const total = powers.reduce((so, power) => so + power, 0);
  return powers.map((power) => power / total);
}
