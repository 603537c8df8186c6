// What is measured over a whole process: what somebody who starts a program waits for, and the memory that it takes.

/** What of a process is measured. */
export interface ProcessWorkload {
  /**
   * `start`: from its start to the end of its first training step, with compiled code from the cache. `compile`: the same
   * with an empty cache. `memory`: the most that is resident in `memorySteps` steps of training. `trained`: from its
   * start until the accuracy on the test images is known, after all epochs.
   */
  readonly what: 'start' | 'compile' | 'memory' | 'trained';
  readonly network: 'first' | 'cnn' | 'deep-cnn';
}

export const processes = {
  'first-start': { what: 'start', network: 'first' },
  'cnn-start': { what: 'start', network: 'cnn' },
  'first-compile': { what: 'compile', network: 'first' },
  'cnn-compile': { what: 'compile', network: 'cnn' },
  'cnn-memory': { what: 'memory', network: 'cnn' },
  'deep-cnn-memory': { what: 'memory', network: 'deep-cnn' },
  'first-trained': { what: 'trained', network: 'first' },
  'cnn-trained': { what: 'trained', network: 'cnn' },
} as const satisfies Readonly<Record<string, ProcessWorkload>>;

export type ProcessName = keyof typeof processes;

export const processNames = Object.keys(processes) as readonly ProcessName[];

/** Whether a workload of that name is measured over a whole process. */
export function isProcessName(name: string): name is ProcessName {
  return Object.hasOwn(processes, name);
}

/** Steps after which no more memory is asked for. */
export const memorySteps = 100;

/** Epochs until a network counts as trained: those of the tutorials. */
export const trainedEpochs = 5;

/** The first steps whose mean loss is compared: few where the reference takes seconds for one. */
export const checkedLossSteps = { first: 8, cnn: 4, 'deep-cnn': 2 } as const;

/** What five epochs reach on the test images, whatever the weights and the order begin with. */
export const leastAccuracy = { first: 0.965, cnn: 0.98 } as const;

/** How often a process is measured: what takes a minute, once, what takes seconds, at most so often. */
export function roundsOf({ what, network }: ProcessWorkload, rounds: number): number {
  if (what === 'memory' || (what === 'trained' && network === 'cnn')) return 1;
  return what === 'start' ? rounds : Math.min(rounds, 3);
}

/** What a program is to do (program.ts, peers/program.py). */
export interface ProgramTask {
  readonly what: 'start' | 'memory' | 'trained';
  readonly network: ProcessWorkload['network'];
  readonly implementation: string;
  readonly backend: string;
  readonly threads: number;
  readonly batchSize: number;
  readonly epochs: number;
  /** Ends after so many steps; null for all there are. */
  readonly steps: number | null;
  /** Steps whose mean loss is told; only of `memory`. */
  readonly lossSteps: number;
}

/** What a program tells when it has done it. */
export interface ProgramResult {
  /** Of `memory`: the mean loss of the first `lossSteps` steps, which see the samples in order. */
  readonly loss?: number;
  /** Of `memory`. */
  readonly peakBytes?: number;
  /** Of `trained`. */
  readonly accuracy?: number;
  /** Of a peer. */
  readonly version?: string;
}
