// A program that backup.test.ts runs as a process of its own, kills, and runs again: a training that is kept on disk.
import { writeFileSync } from 'node:fs';
import { callbacks, layers, random, sequential, setRandomSeed } from '../../src/node.js';

const [folder, result, saveFreq] = process.argv.slice(2) as [string, string, string];
setRandomSeed(5);
const x = random.normal([200, 8], 0, 1, { seed: 1 });
const y = x.sum(1).greater(0).cast('int32');
// A process that goes on has other initial weights and another seed, unless the backup brings both.
setRandomSeed(process.pid);
if (process.env.FIXED_SEED !== undefined) setRandomSeed(Number(process.env.FIXED_SEED));

const model = sequential([
  layers.dense({ units: 16, activation: 'relu', inputShape: [8] }),
  layers.dropout({ rate: 0.3 }),
  layers.dense({ units: 2, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
const { epoch } = await model.fit(x, y, {
  epochs: 6,
  batchSize: 32,
  validationSplit: 0.2,
  verbose: 0,
  callbacks: [
    callbacks.reduceLROnPlateau({ patience: 1, minDelta: 0.05 }),
    callbacks.csvLogger(`${folder}/log.csv`),
    callbacks.backupAndRestore(`${folder}/backup`, { saveFreq: saveFreq === 'epoch' ? 'epoch' : Number(saveFreq) }),
    // A line for each batch: whoever kills this process counts them.
    callbacks.lambdaCallback({ onTrainBatchEnd: (batch) => void process.stdout.write(`batch ${batch}\n`) }),
  ],
});
const weights = await Promise.all(model.getWeights().map((weight) => weight.data()));
const state = await Promise.all(model.optimizer!.variables.map(async (variable) => [...(await variable.value.data())]));
writeFileSync(result, JSON.stringify({ weights: weights.map((values) => [...values]), state, last: epoch.at(-1) }));
