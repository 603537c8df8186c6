// `nacre report`: a folder with a page on a model file, judged on MNIST's test images or a folder of images.
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { loadJudged } from './judged-model.js';
import { print, printJson, printResults } from './machine.js';
import { UsageError, type OptionsOf } from './options.js';

export async function report(options: OptionsOf<'report'>): Promise<void> {
  const { json, output } = options;
  if (output === undefined) throw new UsageError('nacre report: expected --output DIR.', 'report');
  // Known now rather than after the work.
  const isFile = (await stat(output).catch(() => undefined))?.isDirectory() === false;
  if (isFile) throw new UsageError(`--output: expected the name of a folder, received the file '${output}'.`, 'report');
  const { path, model, classNames, images, x, y, signal, described } = await loadJudged('report', options);
  const { results, files } = await model.report(x, y, {
    directory: output,
    title: `Report on ${basename(path)}`,
    classNames,
    images,
    batchSize: options['batch-size'],
    details: { Model: path, Data: described.data === 'mnist' ? 'the test images of MNIST' : described.data },
    signal,
  });
  if (json) printJson({ ...described, test: results, report: files[0], files });
  else {
    printResults('test', results);
    print(`report: ${files[0]}`);
  }
}
