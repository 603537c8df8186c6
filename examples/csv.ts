// A table of comma-separated values: names of columns, categories, a missing value, and a regression on it.
import { datasets, layers, sequential } from 'nacre';
import { epochs } from './support/fast.js';

// As a file would have it; datasets.fromCsv('flats.csv', ...) reads one.
const districts = ['harbour', 'old town', 'park'];
const rows = Array.from({ length: 300 }, (_, row) => {
  const area = 30 + ((row * 37) % 90);
  const district = districts[row % 3]!;
  const rent = 8 * area + 120 * (row % 3) + ((row * 13) % 40);
  return `${area},${row === 5 ? '' : 1 + ((row * 7) % 5)},${district},${rent}`;
});
const table = ['area,floor,district,rent', ...rows].join('\n');

const { x, y, columnNames, labelName } = await datasets.fromCsv(table, {
  label: 'rent',
  types: { rent: 'float32' },
  missing: { floor: 1 },
  oneHot: ['district'],
});
console.log(`${labelName} of ${columnNames.join(', ')}: ${x.shape[0]} rows`);

// Columns of different size are brought to one scale.
const scaled = x.sub(x.mean(0)).div(x.sub(x.mean(0)).square().mean(0).sqrt());
const model = sequential([
  layers.dense({ units: 16, activation: 'relu', inputShape: [x.shape[1]!] }),
  layers.dense({ units: 1 }),
]);
model.compile({ optimizer: 'adam', loss: 'meanSquaredError', metrics: ['meanAbsoluteError'] });
await model.fit(scaled, y.div(1000), { epochs: epochs(100), validationSplit: 0.2, verbose: 0 });
const [, error] = await model.evaluate(scaled, y.div(1000), { verbose: 0 });
console.log(`mean absolute error of the rent: ${(1000 * error!).toFixed(0)}`);
