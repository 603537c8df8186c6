// What is measured over a whole process: what somebody who starts a program waits for, and the memory that it takes.

/** What of a process that trains is measured. */
export interface TrainingProcess {
  /**
   * `start`: from its start to the end of its first training step, with compiled code from the cache. `compile`: the same
   * with an empty cache. `memory`: the most that is resident in `memorySteps` steps of training. `trained`: from its
   * start until the accuracy on the test images is known, after all epochs.
   */
  readonly what: 'start' | 'compile' | 'memory' | 'trained';
  readonly network: 'first' | 'cnn' | 'deep-cnn';
  /** What Nacre is to stay below. */
  readonly barSeconds?: number;
}

/** The formats of files that networks are loaded from, by the names that they have in workloads. */
export const fileFormats = ['safetensors', 'npz', 'keras', 'h5', 'weights-h5', 'onnx', 'json'] as const;

export type FileFormat = (typeof fileFormats)[number];

/** From the start of a process until it knows the class probabilities of one image, its `cnn` loaded from a file. */
export interface LoadingProcess {
  readonly what: 'load';
  readonly format: FileFormat;
  readonly barSeconds: number;
}

/** From the start of a process until it has imported Nacre. */
export interface ImportingProcess {
  readonly what: 'import';
}

export type ProcessWorkload = TrainingProcess | LoadingProcess | ImportingProcess;

function loadFrom(format: FileFormat): LoadingProcess {
  return { what: 'load', format, barSeconds: 0.5 };
}

export const processes = {
  import: { what: 'import' },
  'first-start': { what: 'start', network: 'first', barSeconds: 0.4 },
  'cnn-start': { what: 'start', network: 'cnn' },
  'cnn-load-safetensors': loadFrom('safetensors'),
  'cnn-load-npz': loadFrom('npz'),
  'cnn-load-keras': loadFrom('keras'),
  'cnn-load-h5': loadFrom('h5'),
  'cnn-load-weights-h5': loadFrom('weights-h5'),
  'cnn-load-onnx': loadFrom('onnx'),
  'cnn-load-json': loadFrom('json'),
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
export function roundsOf(workload: ProcessWorkload, rounds: number): number {
  const { what } = workload;
  if (what === 'memory' || (what === 'trained' && workload.network === 'cnn')) return 1;
  return what === 'compile' || what === 'trained' ? Math.min(rounds, 3) : rounds;
}

/** Whether it is so short that its first run, which finds nothing in the page cache, would count. */
export function isWarmedUp({ what }: ProcessWorkload): boolean {
  return what !== 'memory' && what !== 'compile';
}

/** What a program that trains is to do (program.ts, peers/program.py). */
export interface ProgramTask {
  readonly what: 'start' | 'memory' | 'trained';
  readonly network: TrainingProcess['network'];
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

/** What a program that loads a network, or Nacre alone, is to do (load-program.ts, load-peer.ts, peers/program.py). */
export interface LoadTask {
  readonly what: 'load' | 'import';
  readonly implementation: string;
  readonly backend: string;
  readonly threads: number;
  /** Undefined for `import`, and where the network is built with the weights that the files have. */
  readonly file?: string;
  /** A file of one image, float32 [28, 28, 1]. */
  readonly image?: string;
}

/** What a program tells when it has done it. */
export interface ProgramResult {
  /** Of `memory`: the mean loss of the first `lossSteps` steps, which see the samples in order. */
  readonly loss?: number;
  /** Of `memory`. */
  readonly peakBytes?: number;
  /** Of `trained`. */
  readonly accuracy?: number;
  /** Of `load`. */
  readonly probabilities?: readonly number[];
  /** Of `import`: the names of what can be imported. */
  readonly names?: readonly string[];
  /** Of a peer. */
  readonly version?: string;
}
