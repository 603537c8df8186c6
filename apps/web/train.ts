// What the page does, apart from showing it: loads MNIST, trains the tutorials' first network on some of it, tests it.
import { datasets, layers, getBackend, sequential, setBackend, setRandomSeed } from 'nacre';

export interface TrainingOptions {
  /** Images to train on, the first of the 60,000. */
  readonly samples: number;
  readonly epochs: number;
  readonly seed: number;
  /** As many as the machine has processors, unless given. */
  readonly threads?: number | undefined;
  /** Where to download MNIST from, in place of the public mirrors. */
  readonly url?: string | undefined;
  /** Is told what is going on, a few words at a time. */
  readonly onStatus: (status: string) => void;
  /** Is told how each epoch (from 0) went. */
  readonly onEpoch: (epoch: number, loss: number, accuracy: number) => void;
}

export interface TrainingResult {
  readonly backend: string;
  readonly threads: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** Every weight's bytes, one array after the other. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

export async function trainFirst(options: TrainingOptions): Promise<TrainingResult> {
  const { samples, epochs, onStatus, onEpoch } = options;
  setRandomSeed(options.seed);
  if (options.threads !== undefined) await setBackend({ threads: options.threads });
  onStatus('Loading MNIST');
  const [[xTrain, yTrain], [xTest, yTest]] = await datasets.mnist.load({
    url: options.url,
    onProgress: () => undefined,
  });

  const model = sequential([
    layers.flatten({ inputShape: [28, 28] }),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dropout({ rate: 0.2 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const { name, threads } = await getBackend();
  onStatus(`Training on ${samples} images: backend ${name}, ${threads} thread${threads === 1 ? '' : 's'}`);
  const images = xTrain.slice([0, samples]).div(255);
  await model.fit(images, yTrain.slice([0, samples]), {
    epochs,
    verbose: 0,
    callbacks: { onEpochEnd: (epoch, logs) => onEpoch(epoch, logs.loss!, logs.accuracy!) },
  });

  onStatus('Testing');
  const [testLoss, testAccuracy] = await model.evaluate(xTest.div(255), yTest, { verbose: 0 });
  const weights = await Promise.all(model.getWeights().map((weight) => weight.data()));
  const bytes = weights.flatMap((values) => [...new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]);
  return { backend: name, threads, testLoss, testAccuracy: testAccuracy!, weights: Uint8Array.from(bytes) };
}
