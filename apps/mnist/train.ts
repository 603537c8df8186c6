// The main job: loads MNIST, trains a network, tests it, and shows what it makes of one image.
import {
  datasets,
  getBackend,
  networks,
  random,
  setBackend,
  setRandomSeed,
  type Network,
  type Sequential,
  type Tensor,
} from 'nacre';
import type { MnistOptions } from './options.js';
import { drawJudged } from './picture.js';
import type { Report } from './report.js';

/** Images [samples, 28, 28] and labels [samples], as they were loaded. */
interface Samples {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/** What a run came to, and what a report on it takes. */
export interface Trained {
  readonly report: Report;
  readonly model: Sequential;
  /** The test data as the network takes it, and the images of it. */
  readonly x: Tensor;
  readonly y: Tensor;
  readonly images: Tensor;
}

/**
 * Trains and tests as `options` say, telling of it on standard output.
 * @throws StoppedError after the step under way when `signal` asks to stop
 */
export async function train(options: MnistOptions, signal: AbortSignal): Promise<Trained> {
  const network: Network = networks[options.network];
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  setRandomSeed(seed);
  if (options.backend !== undefined || options.threads !== undefined)
    await setBackend({ name: options.backend, threads: options.threads });
  const [trainSamples, testSamples] = await load(options.samples, signal);
  const model = network.create();
  model.summary();
  const backend = await getBackend();
  const threads = `${backend.threads} thread${backend.threads === 1 ? '' : 's'}`;
  console.log(
    `\n${options.network}: ${trainSamples.images.shape[0]} images to train on, ${testSamples.images.shape[0]} to test with; ` +
      `backend ${backend.name}, ${threads}, seed ${seed}.`,
  );

  const { history, secondsPerEpoch } = await fit(model, network, trainSamples, testSamples, options, signal);
  const x = network.prepareImages(testSamples.images);
  const y = network.prepareLabels(testSamples.labels);
  const [testLoss, testAccuracy] = await model.evaluate(x, y, { verbose: options.verbose, signal });
  console.log(`\n${await showOne(model, network, testSamples, seed, signal)}\n`);
  console.log(`test loss: ${testLoss.toFixed(4)}`);
  console.log(`test accuracy: ${testAccuracy!.toFixed(4)}`);
  const report = {
    network: options.network,
    backend: backend.name,
    threads: backend.threads,
    seed,
    testLoss,
    testAccuracy: testAccuracy!,
    history,
    secondsPerEpoch,
  };
  return { report, model, x, y, images: testSamples.images };
}

async function load(samples: number | undefined, signal: AbortSignal): Promise<[training: Samples, test: Samples]> {
  const [[xTrain, yTrain], [xTest, yTest]] = await datasets.mnist.load({ signal });
  const first = (x: Tensor): Tensor => (samples === undefined || samples >= x.shape[0]! ? x : x.slice([0, samples]));
  return [
    { images: first(xTrain), labels: first(yTrain) },
    { images: first(xTest), labels: first(yTest) },
  ];
}

async function fit(
  model: Sequential,
  network: Network,
  training: Samples,
  test: Samples,
  options: MnistOptions,
  signal: AbortSignal,
): Promise<Pick<Report, 'history' | 'secondsPerEpoch'>> {
  const { validation } = network;
  const secondsPerEpoch: number[] = [];
  let begun = 0;
  const { history } = await model.fit(network.prepareImages(training.images), network.prepareLabels(training.labels), {
    epochs: options.epochs ?? network.epochs,
    batchSize: options.batchSize ?? network.batchSize,
    ...(validation === 'test'
      ? { validationData: [network.prepareImages(test.images), network.prepareLabels(test.labels)] as const }
      : {}),
    ...(typeof validation === 'object' ? { validationSplit: validation.split } : {}),
    verbose: options.verbose,
    signal,
    callbacks: {
      onEpochBegin: () => {
        begun = performance.now();
      },
      onEpochEnd: () => {
        secondsPerEpoch.push((performance.now() - begun) / 1000);
      },
    },
  });
  return { history, secondsPerEpoch };
}

/** A test image that the seed chooses, drawn beside the prediction for it. */
async function showOne(
  model: Sequential,
  network: Network,
  { images, labels }: Samples,
  seed: number,
  signal: AbortSignal,
): Promise<string> {
  const index = await random.randint([], 0, images.shape[0]!, { seed }).item();
  const one = images.slice([index, index + 1]);
  const output = await model.predict(network.prepareImages(one), { verbose: 0, signal });
  const probabilities = await (network.givesLogits ? output.softmax() : output).data();
  const image = await one.reshape([28, 28]).realize();
  const label = await labels.slice([index, index + 1]).item();
  return drawJudged({ image, index, label, probabilities }, colourOf(process.stdout));
}

function colourOf(output: NodeJS.WriteStream): 'none' | '256' | '24bit' {
  if (!output.isTTY) return 'none';
  const bits = output.getColorDepth();
  return bits >= 24 ? '24bit' : bits >= 8 ? '256' : 'none';
}
