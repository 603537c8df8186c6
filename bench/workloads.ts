// What is measured, on what, and how much arithmetic it takes.
import { datasets, setRandomSeed, type Sequential, type Tensor } from 'nacre';
import { networks } from '../apps/mnist/networks.js';

/** That of the tutorials. */
export const batchSize = 32;

/** Steps after which results are compared: so few that rounding has not yet driven them apart. */
export const checkedSteps = 8;

/** A training to be timed. */
export interface Workload {
  readonly network: 'first' | 'cnn';
  /** Samples in an epoch that Nacre is timed on. */
  readonly samples: number;
  /** The same for its slower peers. */
  readonly peerSamples: number;
}

/** Trainings that are timed in steady state. `loop` trains `first` by a loop of one's own instead of fit. */
export const workloads = {
  first: { network: 'first', samples: 60_000, peerSamples: 6_400 },
  loop: { network: 'first', samples: 60_000, peerSamples: 6_400 },
  cnn: { network: 'cnn', samples: 3_200, peerSamples: 32 },
} as const satisfies Readonly<Record<string, Workload>>;

export type WorkloadName = keyof typeof workloads;

/** Whether a workload of that name is timed in steady state. */
export function isWorkloadName(name: string): name is WorkloadName {
  return Object.hasOwn(workloads, name);
}

/**
 * Floating-point operations of a training step, per sample: each layer's product forward, the gradient of its weights
 * and, but for the first layer, the gradient of its input. A multiplication and an addition count as two. What is done
 * once an element (activations, the optimizer) is left out, so that no program can do with fewer.
 */
export function trainingFlops(model: Sequential): number {
  const layers = model.layers.filter((layer) => layer.weights.length > 0);
  return layers.reduce((total, layer, i) => {
    // A convolution applies its kernel at each place of its output, a dense layer once.
    const places = product(layer.outputShape.slice(1, -1));
    return total + 2 * places * product(layer.weights[0]!.shape) * (i === 0 ? 2 : 3);
  }, 0);
}

function product(sizes: readonly (number | null)[]): number {
  return sizes.reduce<number>((total, size) => total * (size ?? 1), 1);
}

/** A workload's network with weights that are the same in every process. */
export function createModel(workload: WorkloadName): Sequential {
  setRandomSeed(1);
  return networks[workloads[workload].network].create();
}

/** The first training samples of MNIST: images [count, 28, 28] of 0 to 1, and labels [count]. */
export async function loadSamples(count: number): Promise<[x: Tensor, y: Tensor]> {
  const [[x, y]] = await datasets.mnist.load();
  return [x.slice([0, count]).div(255), y.slice([0, count])];
}
