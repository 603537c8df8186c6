// What is measured: trainings of the tutorials' networks, their inference, and single computations. A workload is plain
// data, so that it can be told to a process in another language.

/** That of the tutorials. */
export const batchSize = 32;

/** Steps after which results are compared: so few that rounding has not yet driven them apart. */
export const checkedSteps = 8;

/** Images whose class probabilities are compared. */
export const checkedRows = 32;

/** A training in steady state. */
export interface Training {
  readonly kind: 'training';
  readonly network: 'first' | 'cnn';
  /** Units of the hidden layer, where they are not those of the tutorial. */
  readonly hidden?: number;
  readonly batchSize: number;
  /** By a loop of one's own instead of fit. */
  readonly loop?: true;
  /** Samples in an epoch that is timed, by how fast the implementation is. */
  readonly samples: { readonly nacre: number; readonly python: number; readonly npm: number };
}

/** Class probabilities of a batch of images, asked for again and again. */
export interface Inference {
  readonly kind: 'inference';
  readonly network: 'first' | 'cnn';
  readonly batchSize: number;
}

/** Products: an operand is stored transposed where its letter is t. */
export interface MatmulTask {
  readonly task: 'matmul';
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly operands: 'nn' | 'nt' | 'tn';
  /** Products in one program, each but the first of the result of the one before; more than 1 only of square ones. */
  readonly chain: number;
}

/** A convolution forward, and its gradients to its input and to its weights. */
export interface ConvolutionTask {
  readonly task: 'convolution';
  readonly batch: number;
  readonly size: number;
  readonly channels: number;
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: 'same' | 'valid';
  /** As many groups as channels. */
  readonly depthwise: boolean;
}

/** Computations that are bound by the traffic of memory: over rows, or over `rows * columns` elements. */
export interface StreamTask {
  readonly task: 'softmax' | 'layer-norm' | 'elementwise' | 'adam';
  readonly rows: number;
  readonly columns: number;
}

export type KernelTask = MatmulTask | ConvolutionTask | StreamTask;

/** A single computation: many times over in one program, or by calls. */
export interface Kernel {
  readonly kind: 'kernel';
  readonly task: KernelTask;
  readonly byCall: boolean;
  /** Whether a call brings its result back; else it is over when the next computation can take the result. */
  readonly reads: boolean;
}

export type Workload = Training | Inference | Kernel;

function training(
  network: 'first' | 'cnn',
  samples: Training['samples'],
  options: Partial<Pick<Training, 'hidden' | 'batchSize' | 'loop'>> = {},
): Training {
  return { kind: 'training', network, batchSize, samples, ...options };
}

function inference(network: 'first' | 'cnn', size: number): Inference {
  return { kind: 'inference', network, batchSize: size };
}

/** Long enough that starting a program does not count, short enough that values keep their size. */
const squareChain = 4;

function matmul(m: number, k: number, n: number, operands: MatmulTask['operands'] = 'nn'): Kernel {
  const chain = m === k && k === n ? squareChain : 1;
  return { kind: 'kernel', task: { task: 'matmul', m, k, n, operands, chain }, byCall: false, reads: false };
}

function matmulCall(m: number, k = m, n = m, reads = false): Kernel {
  return { kind: 'kernel', task: { task: 'matmul', m, k, n, operands: 'nn', chain: 1 }, byCall: true, reads };
}

function convolution(
  size: number,
  channels: number,
  filters: number,
  kernel: number,
  options: Partial<Pick<ConvolutionTask, 'stride' | 'padding' | 'depthwise'>> = {},
): Kernel {
  const common = { batch: 16, stride: 1, padding: 'same', depthwise: false, ...options } as const;
  return {
    kind: 'kernel',
    task: { task: 'convolution', size, channels, filters, kernel, ...common },
    byCall: false,
    reads: false,
  };
}

function stream(task: StreamTask['task'], rows: number, columns: number): Kernel {
  return { kind: 'kernel', task: { task, rows, columns }, byCall: false, reads: false };
}

/** Trainings that are measured unless more is asked for. */
const usual = {
  first: training('first', { nacre: 60_000, python: 19_200, npm: 6_400 }),
  loop: training('first', { nacre: 60_000, python: 19_200, npm: 6_400 }, { loop: true }),
  cnn: training('cnn', { nacre: 3_200, python: 1_600, npm: 32 }),
} as const satisfies Readonly<Record<string, Workload>>;

/** What else there is. */
const further = {
  'first-b256': training('first', { nacre: 61_440, python: 25_600, npm: 5_120 }, { batchSize: 256 }),
  'first-b1': training('first', { nacre: 4_096, python: 512, npm: 128 }, { batchSize: 1 }),
  'first-w512': training('first', { nacre: 19_200, python: 6_400, npm: 1_280 }, { hidden: 512 }),
  'first-w2048': training('first', { nacre: 6_400, python: 3_200, npm: 320 }, { hidden: 2048 }),
  'first-infer-b1': inference('first', 1),
  'first-infer-b256': inference('first', 256),
  'cnn-infer-b1': inference('cnn', 1),
  'cnn-infer-b256': inference('cnn', 256),
  'matmul-64': matmul(64, 64, 64),
  'matmul-256': matmul(256, 256, 256),
  'matmul-1024': matmul(1024, 1024, 1024),
  'matmul-2048': matmul(2048, 2048, 2048),
  'matmul-1000x777x333': matmul(1000, 777, 333),
  'matmul-4096x32x4096': matmul(4096, 32, 4096),
  'matmul-1024-nt': matmul(1024, 1024, 1024, 'nt'),
  'matmul-1024-tn': matmul(1024, 1024, 1024, 'tn'),
  'matmul-1000x777x333-nt': matmul(1000, 777, 333, 'nt'),
  'matmul-1000x777x333-tn': matmul(1000, 777, 333, 'tn'),
  'matmul-64-call': matmulCall(64),
  'matmul-64-read': matmulCall(64, 64, 64, true),
  'matmul-256-call': matmulCall(256),
  'matmul-1024-call': matmulCall(1024),
  'matmul-1024-read': matmulCall(1024, 1024, 1024, true),
  'matmul-2048-call': matmulCall(2048),
  'matmul-1000x777x333-call': matmulCall(1000, 777, 333),
  'matmul-4096x32x4096-call': matmulCall(4096, 32, 4096),
  'conv-56x56x64-3x3': convolution(56, 64, 64, 3),
  'conv-28x28x128-3x3': convolution(28, 128, 128, 3),
  'conv-14x14x256-3x3': convolution(14, 256, 256, 3),
  'conv-7x7x512-3x3': convolution(7, 512, 512, 3),
  'conv-56x56x64-1x1x256': convolution(56, 64, 256, 1),
  'conv-13x13x32-3x3x64-valid': convolution(13, 32, 64, 3, { padding: 'valid' }),
  'conv-224x224x3-7x7x64-stride2': convolution(224, 3, 64, 7, { stride: 2 }),
  'conv-56x56x64-3x3-depthwise': convolution(56, 64, 64, 3, { depthwise: true }),
  'conv-28x28x1-5x5x32': convolution(28, 1, 32, 5),
  'softmax-1024x10000': stream('softmax', 1024, 10_000),
  'layer-norm-8192x1024': stream('layer-norm', 8192, 1024),
  'elementwise-10m': stream('elementwise', 10_000, 1_000),
  'adam-10m': stream('adam', 10_000, 1_000),
} as const satisfies Readonly<Record<string, Workload>>;

export const workloads = { ...usual, ...further } as const;

export type WorkloadName = keyof typeof workloads;

/** The names of what is measured unless more is asked for, and of the rest. */
export const usualNames = Object.keys(usual) as readonly (keyof typeof usual)[];
export const furtherNames = Object.keys(further) as readonly (keyof typeof further)[];

/** Whether a workload of that name is timed in steady state. */
export function isWorkloadName(name: string): name is WorkloadName {
  return Object.hasOwn(workloads, name);
}

/** Whether the time of a single call is what counts, and how it varies. */
export function isLatency(workload: Workload): boolean {
  return workload.kind === 'kernel' ? workload.byCall : workload.kind === 'inference' && workload.batchSize === 1;
}
