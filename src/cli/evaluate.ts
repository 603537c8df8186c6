// `nacre evaluate`: the loss and the metrics of a model file over MNIST's test images or a folder of images.
import { loadJudged } from './judged-model.js';
import { printJson, printResults } from './machine.js';
import type { OptionsOf } from './options.js';

export async function evaluate(options: OptionsOf<'evaluate'>): Promise<void> {
  const { model, x, y, signal, described } = await loadJudged('evaluate', options);
  const { json } = options;
  const results = await model.evaluate(x, y, {
    batchSize: options['batch-size'] ?? 32,
    verbose: json ? 0 : 1,
    signal,
    returnDict: true,
  });
  if (json) printJson({ ...described, test: results });
  else printResults('test', results);
}
