// Callbacks that keep what was trained: the best model, a log, a backup to go on from; and the model loaded again.
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callbacks, datasets, layers, loadModel, sequential } from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[xTrain, yTrain], [xTest, yTest]] = samples(await datasets.mnist.load());
const folder = await mkdtemp(join(tmpdir(), 'nacre-checkpoints-'));

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

await model.fit(xTrain.div(255), yTrain, {
  epochs: epochs(20),
  validationSplit: 0.1,
  callbacks: [
    callbacks.earlyStopping({ patience: 3, restoreBestWeights: true, verbose: 1 }),
    callbacks.reduceLROnPlateau({ patience: 2, factor: 0.3, verbose: 1 }),
    callbacks.modelCheckpoint(`${folder}/best.safetensors`, { saveBestOnly: true }),
    callbacks.csvLogger(`${folder}/log.csv`),
    callbacks.terminateOnNaN(),
    // If this program is killed and started again with the same folder, training goes on where it stood.
    callbacks.backupAndRestore(`${folder}/backup`),
  ],
});

const best = await loadModel(`${folder}/best.safetensors`);
const [loss, accuracy] = await best.evaluate(xTest.div(255), yTest, { verbose: 0 });
console.log(`the best model: test loss ${loss.toFixed(4)}, accuracy ${accuracy!.toFixed(4)}`);
console.log(await readFile(`${folder}/log.csv`, 'utf8'));
