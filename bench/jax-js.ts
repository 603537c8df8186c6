// Trains and infers the tutorials' first network with jax-js, where it is installed: one jitted function a step.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { readFileSync } from 'node:fs';
import { checkLosses, checkProbabilities } from './checks.js';
import { npmRemedy, Unavailable, type Implementation, type Setting } from './implementation.js';
import { createModel, loadSamples } from './networks.js';
import { repository } from './repository.js';
import { timeCalls } from './timing.js';
import { checkedRows, checkedSteps, type Inference, type Training } from './workloads.js';

const require = createRequire(new URL('bench/package.json', repository));

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment --
   the peer may not be installed, and its types with it */
/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return --
   for the same reason */

/** What is measured. */
export function version(): string {
  const path = new URL('../package.json', pathToFileURL(require.resolve('@jax-js/jax')));
  return `jax-js ${(JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version}`;
}

async function load(backend: string): Promise<any> {
  let jax: any;
  try {
    jax = require('@jax-js/jax');
  } catch {
    throw new Unavailable(npmRemedy);
  }
  const started: string[] = await jax.init(backend);
  if (!started.includes(backend)) throw new Unavailable(`not available: jax-js could not start ${backend}`);
  jax.defaultDevice(backend);
  return jax;
}

/** The weights as its arrays, in Keras's order and layout. */
async function weightsOf(jax: any, workload: Training | Inference): Promise<any[]> {
  const weights = createModel(workload).getWeights();
  return Promise.all(
    weights.map(async (weight) => jax.numpy.array(Float32Array.from(await weight.data())).reshape([...weight.shape])),
  );
}

/** An argument belongs to the function that it is passed to; `ref` keeps one for another use. */
function logitsOf(jax: any, [k1, b1, k2, b2]: readonly any[], x: any, key?: any, hidden = 128): any {
  const np = jax.numpy;
  let h = jax.nn.relu(np.matmul(x, k1).add(b1));
  if (key) {
    const kept = jax.random.bernoulli(key, 0.8, [h.shape[0], hidden]);
    h = np.where(kept, h.mul(1 / 0.8), 0);
  }
  return np.matmul(h, k2).add(b2);
}

export async function create({ backend, workload, samples }: Setting): Promise<Implementation> {
  if (workload.kind === 'kernel' || workload.network === 'cnn')
    throw new Error('jax-js is measured on the first network only.');
  const jax = await load(backend);
  return workload.kind === 'training'
    ? createTraining(jax, workload, samples)
    : createInference(jax, workload, samples);
}

const [beta1, beta2, epsilon, learningRate] = [0.9, 0.999, 1e-7, 1e-3];

async function createTraining(jax: any, workload: Training, samples: number): Promise<Implementation> {
  const np = jax.numpy;
  const { batchSize, hidden } = workload;
  const [x, y] = await loadSamples(Math.max(samples, checkedSteps * batchSize));
  const images = Float32Array.from(await x.data());
  const labels = Int32Array.from(await y.data());

  /** Adam (Kingma and Ba, 2015) in Keras's form; `rate` has the corrections for the step in it. */
  const step = jax.jit((state: any, xBatch: any, yBatch: any, rate: any, key: any) => {
    const lossOf = (weights: any[], input: any, target: any, dropoutKey: any): any => {
      const logits = logitsOf(jax, weights, input, dropoutKey, hidden);
      const right = np.equal(np.argmax(logits.ref, 1), target.ref).astype(np.float32).sum();
      const chosen = jax.nn.oneHot(target, 10).mul(jax.nn.logSoftmax(logits));
      return [chosen.sum().mul(-1 / batchSize), right];
    };
    const { weights, momentum, velocity, loss, correct } = state;
    const [[value, right], gradients] = jax.valueAndGrad(lossOf, { hasAux: true })(
      weights.map((weight: any) => weight.ref),
      xBatch,
      yBatch,
      key,
    );
    const momentumNow = momentum.map((m: any, i: number) => m.mul(beta1).add(gradients[i].ref.mul(1 - beta1)));
    const velocityNow = velocity.map((v: any, i: number) =>
      v.mul(beta2).add(gradients[i].ref.mul(gradients[i]).mul(1 - beta2)),
    );
    const weightsNow = weights.map((weight: any, i: number) =>
      weight.sub(momentumNow[i].ref.mul(rate.ref).div(np.sqrt(velocityNow[i].ref).add(epsilon))),
    );
    rate.dispose();
    return {
      weights: weightsNow,
      momentum: momentumNow,
      velocity: velocityNow,
      loss: loss.add(value),
      correct: correct.add(right),
    };
  });

  const initial = await weightsOf(jax, workload);
  const zerosOf = (): any[] => initial.map((weight) => np.zeros(weight.shape));
  let state: any = {
    weights: initial,
    momentum: zerosOf(),
    velocity: zerosOf(),
    loss: np.array(Float32Array.of(0)).reshape([]),
    correct: np.array(Float32Array.of(0)).reshape([]),
  };
  let count = 0;

  const trainStep = (rows: ArrayLike<number>): void => {
    count++;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** count)) / (1 - beta1 ** count);
    const xBatch = new Float32Array(batchSize * 784);
    const yBatch = new Int32Array(batchSize);
    for (let i = 0; i < batchSize; i++) {
      const row = rows[i]!;
      xBatch.set(images.subarray(784 * row, 784 * (row + 1)), 784 * i);
      yBatch[i] = labels[row]!;
    }
    state = step(
      state,
      np.array(xBatch).reshape([batchSize, 784]),
      np.array(yBatch),
      np.array(Float32Array.of(rate)).reshape([]),
      jax.random.key(count),
    );
  };
  const lossSum = async (): Promise<number> => (await state.loss.ref.data())[0] as number;
  const epoch = async (): Promise<void> => {
    const order = shuffled(samples);
    for (let begin = 0; begin + batchSize <= samples; begin += batchSize)
      trainStep(order.subarray(begin, begin + batchSize));
    await lossSum();
    await state.correct.ref.data();
  };
  return {
    check: async (expected) => {
      if (expected.kind !== 'training') throw new Error('A training is held to a training.');
      const found: number[] = [];
      let before = 0;
      for (let index = 0; index < checkedSteps; index++) {
        trainStep(Array.from({ length: batchSize }, (_, i) => index * batchSize + i));
        const after = await lossSum();
        found.push(after - before);
        before = after;
      }
      return checkLosses(found, expected);
    },
    round: async () => {
      await epoch();
      const begin = performance.now();
      await epoch();
      const trained = Math.floor(samples / batchSize) * batchSize;
      return [(1000 * (performance.now() - begin)) / trained];
    },
  };
}

/** The numbers below `count` in an order of chance (Fisher and Yates). */
function shuffled(count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(Math.random() * (i + 1));
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

async function createInference(jax: any, workload: Inference, mostCalls: number): Promise<Implementation> {
  const np = jax.numpy;
  const { batchSize } = workload;
  const weights = await weightsOf(jax, workload);
  const [x] = await loadSamples(Math.max(batchSize, checkedRows));
  const images = Float32Array.from(await x.data());
  const run = jax.jit((parameters: any[], input: any) => jax.nn.softmax(logitsOf(jax, parameters, input)));
  const predict = async (first: number, count: number): Promise<Float32Array> => {
    const input = np.array(images.slice(784 * first, 784 * (first + count))).reshape([count, 784]);
    return run(
      weights.map((weight) => weight.ref),
      input,
    ).data();
  };
  return {
    check: async (expected) => {
      if (expected.kind !== 'inference') throw new Error('Inference is held to inference.');
      const rows = Math.min(batchSize, checkedRows);
      const found: number[] = [];
      for (let row = 0; row < checkedRows; row += rows) found.push(...(await predict(row, rows)));
      return checkProbabilities(found, expected.probabilities);
    },
    round: async () =>
      (await timeCalls(() => predict(0, batchSize), mostCalls)).map((microseconds) => microseconds / batchSize),
  };
}
