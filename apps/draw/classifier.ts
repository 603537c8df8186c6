// What the page asks: a small convolutional network, trained on MNIST when the page is opened for the first time and kept
// in the page's private files from then on.
import { datasets, errors, images, layers, loadModel, sequential, type Sequential, type Tensor } from 'nacre';

export interface ClassifierOptions {
  /** Images to train on, the first of the 60,000. */
  readonly samples: number;
  readonly epochs: number;
  /** Where to download MNIST from, in place of the public mirrors. */
  readonly url?: string | undefined;
  /** Is told what is going on, a few words at a time. */
  readonly onStatus: (status: string) => void;
}

export interface Answer {
  /** The image that the network was given, [28, 28] of 0 to 255. */
  readonly seen: ArrayLike<number>;
  /** A probability for each digit. */
  readonly probabilities: readonly number[];
}

export interface Classifier {
  /** Undefined where nothing is drawn. */
  answer(drawing: Parameters<typeof images.prepareDigit>[0]): Promise<Answer | undefined>;
}

const path = 'digits.safetensors';

export async function openClassifier(options: ClassifierOptions): Promise<Classifier> {
  const model = (await keptModel()) ?? (await trainedModel(options));
  return { answer: (drawing) => answer(model, drawing) };
}

/** The model of an earlier visit; undefined where there is none, or none that can be read. */
async function keptModel(): Promise<Sequential | undefined> {
  try {
    return await loadModel(path, { compile: false });
  } catch (error) {
    if (error instanceof errors.DataError) return undefined;
    throw error;
  }
}

async function trainedModel({ samples, epochs, url, onStatus }: ClassifierOptions): Promise<Sequential> {
  onStatus('Loading MNIST');
  const [[images, labels]] = await datasets.mnist.load({ url, onProgress: () => undefined });
  const model = sequential([
    layers.conv2d({ filters: 16, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dropout({ rate: 0.3 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  onStatus(`Learning from ${samples} images, once`);
  const x = images.slice([0, samples]).expandDims(-1).div(255);
  await model.fit(x, labels.slice([0, samples]), {
    epochs,
    verbose: 0,
    callbacks: {
      onEpochEnd: (epoch, logs) =>
        onStatus(`Learning: ${epoch + 1} of ${epochs} rounds, ${(100 * logs.accuracy!).toFixed(1)}% right`),
    },
  });
  await model.save(path);
  return model;
}

async function answer(model: Sequential, drawing: Parameters<Classifier['answer']>[0]): Promise<Answer | undefined> {
  let digit: Tensor;
  try {
    digit = await images.prepareDigit(drawing);
  } catch (error) {
    // An even picture, such as an empty canvas.
    if (error instanceof errors.DataError) return undefined;
    throw error;
  }
  // One batch: its program is kept from drawing to drawing.
  const output = await model.predictOnBatch(digit.reshape([1, 28, 28, 1]).div(255));
  return { seen: await digit.data(), probabilities: [...(await output.data())] };
}
