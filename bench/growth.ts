// How the cost of training grows with samples, batch, width, depth and threads: prints the tables and plots of
// docs/performance.md. `node build/bench/growth.js` after `npm run build`; some minutes.
import { getBackend, layers, sequential, setBackend, tensor, type Sequential } from 'nacre';
import { median } from './statistics.js';

interface Shape {
  readonly samples: number;
  readonly batch: number;
  readonly width: number;
  /** Hidden layers. */
  readonly depth: number;
  readonly threads: number;
}

/** The network `first`, without dropout, on rows of the size of MNIST's. */
const usual: Shape = { samples: 8192, batch: 32, width: 128, depth: 1, threads: 2 };
const pixels = 784;
const classes = 10;
const rounds = 5;

function networkOf({ width, depth }: Shape): Sequential {
  const hidden = Array.from({ length: depth }, (_, i) =>
    layers.dense({ units: width, activation: 'relu', ...(i === 0 ? { inputShape: [pixels] } : {}) }),
  );
  const model = sequential([...hidden, layers.dense({ units: classes, activation: 'softmax' })]);
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Operations of a training step for one sample: the first layer has no gradient to its input. */
function flopsOf({ width, depth }: Shape): number {
  const inner = (depth - 1) * width * width + width * classes;
  return 2 * (2 * pixels * width + 3 * inner);
}

/** Microseconds a sample, from the end of one epoch to the end of the next. */
async function measure(shape: Shape): Promise<number> {
  await setBackend({ threads: shape.threads });
  const data = Uint8Array.from({ length: shape.samples * pixels }, (_, i) => (i * 31) % 251);
  const x = tensor(data, [shape.samples, pixels]).div(255);
  const y = tensor(Uint8Array.from({ length: shape.samples }, (_, i) => (i * 7) % classes));
  const model = networkOf(shape);
  const ends: number[] = [];
  const epochs = Math.max(rounds + 1, Math.ceil((100_000 * rounds) / shape.samples / 10));
  await model.fit(x, y, {
    batchSize: shape.batch,
    epochs,
    verbose: 0,
    hints: false,
    callbacks: [{ onEpochEnd: () => void ends.push(performance.now()) }],
  });
  const times = ends.slice(1).map((end, i) => end - ends[i]!);
  return (1000 * median(times)) / shape.samples;
}

interface Series {
  readonly title: string;
  readonly axis: string;
  readonly values: readonly number[];
  readonly shape: (value: number) => Shape;
}

const series: readonly Series[] = [
  {
    title: 'Samples',
    axis: 'samples in an epoch',
    values: [1024, 4096, 16384, 65536],
    shape: (samples) => ({ ...usual, samples }),
  },
  {
    title: 'Batch',
    axis: 'samples in a batch',
    values: [1, 4, 16, 32, 64, 128, 256, 1024],
    shape: (batch) => ({ ...usual, batch }),
  },
  {
    title: 'Width',
    axis: 'units of the hidden layer',
    values: [16, 64, 128, 256, 512, 1024, 2048],
    shape: (width) => ({ ...usual, width }),
  },
  {
    title: 'Depth',
    axis: 'hidden layers of 128 units',
    values: [1, 2, 4, 8, 16],
    shape: (depth) => ({ ...usual, depth }),
  },
  { title: 'Threads', axis: 'threads', values: [1, 2], shape: (threads) => ({ ...usual, threads }) },
];

const round = (value: number): string => value.toPrecision(3);

for (const { title, axis, values, shape } of series) {
  const times: number[] = [];
  for (const value of values) times.push(await measure(shape(value)));
  console.log(`### ${title}\n`);
  console.log(`| ${axis} | microseconds a sample | GFLOP/s |\n| --- | --- | --- |`);
  values.forEach((value, i) => {
    const gflops = flopsOf(shape(value)) / times[i]! / 1000;
    console.log(`| ${value.toLocaleString('en')} | ${round(times[i]!)} | ${round(gflops)} |`);
  });
  console.log(`\n\`\`\`mermaid\nxychart-beta\n  x-axis "${axis}" [${values.join(', ')}]`);
  console.log(`  y-axis "microseconds a sample"\n  line [${times.map(round).join(', ')}]\n\`\`\`\n`);
}
console.log(`Backend: ${(await getBackend()).name}.`);
