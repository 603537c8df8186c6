// Every kind of picture: of a network, its training, its predictions and its mistakes. They are written to the folder
// `pictures`, or to the one named on the command line: `node build/examples/pictures.js docs/pictures`.
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  datasets,
  layers,
  plotActivations,
  plotBars,
  plotCalibration,
  plotConfusionMatrix,
  plotHistory,
  plotLines,
  plotMisclassified,
  plotModel,
  plotPrecisionRecall,
  plotRoc,
  plotWeights,
  schedules,
  sequential,
  setRandomSeed,
  showImages,
  tensor,
  toCategorical,
  type Picture,
} from 'nacre';
import { epochs, samples } from './support/fast.js';

setRandomSeed(42);
const [[xAll, yAll], [xTest, yTest]] = samples(await datasets.mnist.load());
// A part of the images, so that the network makes some mistakes to look at.
const count = Math.min(1500, yAll.shape[0]!);
const [x, y] = [xAll.slice([0, count]).div(255), yAll.slice([0, count])];

const model = sequential([
  layers.conv2d({ filters: 16, kernelSize: 5, activation: 'relu', inputShape: [28, 28, 1] }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.flatten(),
  layers.dropout({ rate: 0.3 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
const history = await model.fit(x, y, { epochs: epochs(12), validationSplit: 0.2, verbose: 2 });
const scores = await model.predict(xTest.div(255), { verbose: 0 });

const isFast = process.env.NACRE_EXAMPLE_FAST === '1';
const folder = isFast ? await mkdtemp(join(tmpdir(), 'nacre-pictures-')) : (process.argv[2] ?? 'pictures');
await mkdir(folder, { recursive: true });

/** Writes one picture; its specification stays open to change until then. */
async function save(name: string, picture: Picture): Promise<void> {
  await picture.save(join(folder, `${name}.svg`));
  console.log(`${name}.svg  ${picture.title}`);
}

await save('history', await plotHistory(history));
await save('model', await plotModel(model));
await save('images', await showImages(xTest, { labels: yTest, predictions: scores, count: 18, columns: 6 }));
await save('misclassified', await plotMisclassified(xTest, yTest, scores, { count: 12, columns: 6 }));
await save('confusion-matrix', await plotConfusionMatrix(yTest, scores));
await save('roc', await plotRoc(yTest, scores));
await save('precision-recall', await plotPrecisionRecall(yTest, scores));
await save(
  'calibration',
  await plotCalibration(yTest, scores, { classId: 8, nBins: 10, title: 'Calibration of class 8' }),
);
await save('weights', await plotWeights(model, { layers: [0] }));
await save('activations', await plotActivations(model, xTest.div(255), { sample: 0 }));

// Lines and bars of anything.
const steps = tensor(Int32Array.from({ length: 101 }, (_, i) => 10 * i));
const exponential = schedules.exponentialDecay({ initialLearningRate: 0.01, decaySteps: 300, decayRate: 0.5 });
await save(
  'lines',
  await plotLines([{ name: 'exponential decay', x: steps, y: exponential.rate(steps) }], {
    title: 'Learning rate',
    xLabel: 'Step',
    yLabel: 'Learning rate',
  }),
);
const perClass = await toCategorical(y, 10).sum(0).data();
await save(
  'bars',
  await plotBars(perClass, { title: 'Training images of each digit', xLabel: 'Digit', yLabel: 'Images' }),
);

// In a terminal, characters; where the terminal can show images, an image. In a notebook, the picture itself.
await (await plotHistory(history, { metrics: ['loss'] })).show();
