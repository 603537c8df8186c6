// A program that unwritable.test.ts runs where a file cannot be written: saves a model once for each path, and prints
// what came of it.
import { layers, sequential } from '../../src/node.js';

const model = sequential([layers.dense({ units: 400, inputShape: [400] })]);
for (const path of process.argv.slice(2)) {
  try {
    await (path.endsWith('.weights.h5') ? model.saveWeights(path) : model.save(path));
    console.log('saved');
  } catch (error) {
    const { name, message } = error as Error;
    console.log(`${name}: ${message}`);
  }
}
