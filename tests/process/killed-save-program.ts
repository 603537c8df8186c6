// A program that killed-save.test.ts runs as a process of its own and kills: it saves one of two models after the other,
// all weights of the one 1 and of the other 2, to the same file again and again, with a line after the first time.
import { layers, sequential, type Sequential } from '../../src/node.js';

const path = process.argv[2]!;

function modelOf(value: number): Sequential {
  // Large enough that a kill often finds a file half written.
  const model = sequential({
    name: `all_${value}`,
    layers: [layers.dense({ units: 400, inputShape: [400], name: 'dense' }), layers.dense({ units: 5, name: 'last' })],
  });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  model.setWeights(
    model.weights.map(({ shape, size }) => ({ dtype: 'float32', shape, data: new Float32Array(size).fill(value) })),
  );
  return model;
}

const models = [modelOf(1), modelOf(2)];
for (let round = 0; ; round++) {
  const model = models[round % 2]!;
  await (path.endsWith('.weights.h5') ? model.saveWeights(path) : model.save(path));
  if (round === 0) process.stdout.write('saved\n');
}
