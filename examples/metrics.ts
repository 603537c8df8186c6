// Judging a network: metrics beside the accuracy while it trains, then the report, the confusion matrix and ROC curves.
import {
  classificationReport,
  confusionMatrix,
  datasets,
  layers,
  metrics,
  rocCurves,
  sequential,
  toCategorical,
} from 'nacre';
import { epochs, samples } from './support/fast.js';

const [[xTrain, yTrain], [xTest, yTest]] = samples(await datasets.mnist.load());

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
const recallOfThree = metrics.recall({ classId: 3, name: 'recall_of_3' });
model.compile({
  optimizer: 'adam',
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy', metrics.f1Score({ average: 'macro' }), metrics.auc({ multiLabel: true }), recallOfThree],
});
await model.fit(xTrain.div(255), toCategorical(yTrain, 10), { epochs: epochs(3) });

const predictions = await model.predict(xTest.div(255), { verbose: 0 });
const targetNames = Array.from({ length: 10 }, (_, digit) => `digit ${digit}`);
console.log(String(await classificationReport(yTest, predictions, { targetNames, digits: 3 })));

const { labels, matrix } = await confusionMatrix(yTest, predictions);
const mistakes = matrix.flatMap((row, i) =>
  Array.from(row, (count, j) => ({ truth: labels[i]!, taken: labels[j]!, count })),
);
const [worst] = mistakes.filter(({ truth, taken }) => truth !== taken).sort((a, b) => b.count - a.count);
console.log(`the most common mistake: a ${worst!.truth} taken for a ${worst!.taken}, ${worst!.count} times`);

for (const { classId, auc, fpr, tpr } of await rocCurves(yTest, predictions)) {
  const price = fpr[tpr.findIndex((share) => share >= 0.99)]!;
  console.log(
    `digit ${classId}: area under the ROC curve ${auc.toFixed(4)}; finding 99% costs ${(100 * price).toFixed(1)}% false alarms`,
  );
}
