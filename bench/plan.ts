// Which measurements there are, and the rows that come of them.
import {
  isProcessName,
  processes,
  processNames,
  type FileFormat,
  type ProcessName,
  type ProcessWorkload,
} from './processes.js';
import { furtherNames, isLatency, isWorkloadName, usualNames, workloads, type WorkloadName } from './workloads.js';

/** The numbers of threads that Nacre is measured with. */
export const threadCounts = [1, 2] as const;
const mostThreads = Math.max(...threadCounts);

/** Nacre's backends that are measured. One that cannot be had where the benchmarks run shows as `not available`. */
export const nacreBackends = ['wasm', 'native'] as const;

/** What is measured, and with what. */
export interface Measurement {
  readonly workload: string;
  readonly implementation: string;
  readonly backend: string;
  readonly threads: number;
}

/** A measurement with its result: a row of the table, an object in the file. */
export interface Row extends Measurement {
  /**
   * The median, of one image of a network, one product, one pass over a batch or an array; null where something else is
   * measured or nothing could be.
   */
  readonly microsecondsPerSample: number | null;
  /** Billions of floating-point operations a second, of those that costs.ts counts. */
  readonly gflops: number | null;
  /** 1 where arithmetic or memory is as fast as the machine can do it with these threads, whichever binds. */
  readonly fractionOfFloor: number | null;
  /** Which of the two binds. */
  readonly nearerFloor?: 'arithmetic' | 'memory';
  readonly leastMicrosecondsPerSample?: number;
  /** How many there were. */
  readonly measurements?: number;
  readonly gigabytesPerSecond?: number;
  /** Of single calls: what half of them took at most, and 99 of 100. */
  readonly p50Microseconds?: number;
  readonly p99Microseconds?: number;
  /** Of a peer and what it runs on. */
  readonly version?: string;
  /** From the start of a process to what its workload ends with, such as its first training step: the median. */
  readonly seconds?: number;
  readonly leastSeconds?: number;
  /** Of Nacre's rows: what `seconds` is to stay below. */
  readonly barSeconds?: number;
  /** Of a start with an empty cache, so much of it with a full one would not have taken: the median. */
  readonly compileSeconds?: number;
  /** Of a trained network on the test images, the median. */
  readonly accuracy?: number;
  /** The most that was resident, in millions of bytes. */
  readonly peakMegabytes?: number;
  /** Of Nacre's rows: the peer that takes the least, and how many times as much that is as Nacre takes. */
  readonly bestPeer?: string;
  readonly timesBestPeer?: number;
  /** The same of the least `p99Microseconds` of a peer. */
  readonly timesBestP99?: number;
  /** Why there is no result. */
  readonly note?: string;
}

/** A row without a result, for another reason than that it could not be had, which a note would give. */
export const noThroughput = { microsecondsPerSample: null, gflops: null, fractionOfFloor: null } as const;

/** Where an implementation comes from: here, a package of bench/package.json, or one of bench/peers/requirements.txt. */
export type Origin = 'nacre' | 'npm' | 'python';

const origins: Readonly<Record<string, Origin>> = {
  nacre: 'nacre',
  'nacre-compile': 'nacre',
  tfjs: 'npm',
  'jax-js': 'npm',
  onnxruntime: 'npm',
  keras: 'python',
  pytorch: 'python',
  jax: 'python',
};

export function originOf({ implementation }: Pick<Measurement, 'implementation'>): Origin {
  const origin = origins[implementation];
  if (origin === undefined) throw new Error(`Nothing is known of the implementation '${implementation}'.`);
  return origin;
}

/** Whether it measures something else than Nacre. */
export function isPeer(measurement: Pick<Measurement, 'implementation'>): boolean {
  return originOf(measurement) !== 'nacre';
}

/** What a result is compared with: what WebAssembly can do, or the machine's own code. */
export type FloorTarget = 'wasm' | 'native';

/** TensorFlow.js's cpu backend is JavaScript, which can do no more than WebAssembly. */
export function floorTargetOf(measurement: Measurement): FloorTarget {
  const isScript = measurement.implementation === 'tfjs' || measurement.backend === 'wasm';
  return isScript ? 'wasm' : 'native';
}

function withNacre(workload: string, threads: readonly number[], implementation = 'nacre'): Measurement[] {
  return nacreBackends.flatMap((backend) =>
    threads.map((count) => ({ workload, implementation, backend, threads: count })),
  );
}

function withPeers(workload: WorkloadName): Measurement[] {
  const { kind, ...rest } = workloads[workload];
  const one = (implementation: string, backend: string, threads = mostThreads): Measurement => ({
    workload,
    implementation,
    backend,
    threads,
  });
  const python = [one('pytorch', 'eager'), one('pytorch', 'compile'), one('jax', 'jit')];
  if (kind === 'kernel') return python;
  const isConvolutional = 'network' in rest && rest.network === 'cnn';
  return [
    // It cannot train the cnn on its wasm backend, which has no gradient of a convolution.
    one('tfjs', kind === 'training' && isConvolutional ? 'cpu' : 'wasm', 1),
    // Without workers of the web's kind it has one thread.
    ...(isConvolutional ? [] : [one('jax-js', 'wasm', 1)]),
    ...(kind === 'inference' ? [one('onnxruntime', 'cpu')] : []),
    one('keras', 'tensorflow'),
    one('keras', 'jax'),
    ...python,
  ];
}

/** A loop of one's own is compared with fit only. */
function steadyOf(workload: WorkloadName, threads: readonly number[]): Measurement[] {
  const isInference = workloads[workload].kind === 'inference';
  return [
    ...withNacre(workload, threads),
    ...(isInference ? withNacre(workload, threads, 'nacre-compile') : []),
    ...(workload === 'loop' ? [] : withPeers(workload)),
  ];
}

const kerasPeers = ['tensorflow', 'jax'].map((backend) => ({
  implementation: 'keras',
  backend,
  threads: mostThreads,
}));

/** Who else loads a file of that format and predicts with it. */
const loadingPeers: { readonly [Format in FileFormat]: readonly Omit<Measurement, 'workload'>[] } = {
  safetensors: [],
  npz: [],
  keras: kerasPeers,
  h5: kerasPeers,
  'weights-h5': kerasPeers,
  onnx: [{ implementation: 'onnxruntime', backend: 'cpu', threads: mostThreads }],
  json: ['wasm', 'cpu'].map((backend) => ({ implementation: 'tfjs', backend, threads: 1 })),
};

/** Memory and the time to a trained network are compared with the frameworks that one would take instead. */
function processesOf(workload: ProcessName): Measurement[] {
  const nacre = withNacre(workload, [mostThreads]);
  const process: ProcessWorkload = processes[workload];
  switch (process.what) {
    case 'import':
      return [{ workload, implementation: 'nacre', backend: 'none', threads: 1 }];
    case 'load':
      return [...nacre, ...loadingPeers[process.format].map((peer) => ({ workload, ...peer }))];
    case 'start':
      return nacre;
    case 'compile':
      // Only native code is kept.
      return nacre.filter(({ backend }) => backend === 'native');
    default:
      return [
        ...nacre,
        { workload, implementation: 'keras', backend: 'tensorflow', threads: mostThreads },
        { workload, implementation: 'keras', backend: 'jax', threads: mostThreads },
        { workload, implementation: 'pytorch', backend: 'eager', threads: mostThreads },
      ];
  }
}

const steady: readonly Measurement[] = [
  ...usualNames.flatMap((workload) => steadyOf(workload, threadCounts)),
  ...furtherNames.flatMap((workload) => steadyOf(workload, [mostThreads])),
];

/** All that can be measured. */
export const measurements: readonly Measurement[] = [...steady, ...processNames.flatMap(processesOf)];

/** What a measurement is of; a `--suite` for each. */
export const kinds = [
  'training',
  'inference',
  'matmul',
  'convolution',
  'stream',
  'start',
  'memory',
  'trained',
] as const;

export function kindOf({ workload }: Measurement): (typeof kinds)[number] {
  if (isProcessName(workload)) {
    const { what } = processes[workload];
    return what === 'memory' || what === 'trained' ? what : 'start';
  }
  const steadyWorkload = workloads[workload as WorkloadName];
  if (steadyWorkload.kind !== 'kernel') return steadyWorkload.kind;
  const { task } = steadyWorkload.task;
  return task === 'matmul' || task === 'convolution' ? task : 'stream';
}

/** What is measured unless more is asked for: the tutorials' own networks, and what takes no minutes of processes. */
export const usualMeasurements: readonly Measurement[] = measurements.filter(({ workload }) => {
  if (isProcessName(workload)) return !['trained', 'load', 'import'].includes(processes[workload].what);
  return isWorkloadName(workload) && (usualNames as readonly string[]).includes(workload);
});

/** What `--only` is matched against: `first/nacre-wasm-2`. */
export function nameOf({ workload, implementation, backend, threads }: Measurement): string {
  return `${workload}/${implementation}-${backend}-${threads}`;
}

/** A measurement of a workload that is timed in steady state. */
export type SteadyMeasurement = Measurement & { readonly workload: WorkloadName };

export function isSteady(measurement: Measurement): measurement is SteadyMeasurement {
  return isWorkloadName(measurement.workload);
}

/** A measurement of a whole process. */
export type ProcessMeasurement = Measurement & { readonly workload: ProcessName };

export function isProcess(measurement: Measurement): measurement is ProcessMeasurement {
  return isProcessName(measurement.workload);
}

/** How a table names what was measured, and who is ahead. */
export function labelOf({ implementation, backend }: Pick<Measurement, 'implementation' | 'backend'>): string {
  return `${implementation}-${backend}`;
}

/** Whether a row's median is that of single calls. */
export function countsCalls({ workload }: SteadyMeasurement): boolean {
  return isLatency(workloads[workload]);
}
