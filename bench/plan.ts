// Which measurements there are, and the rows that come of them.
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
  readonly leastMicrosecondsPerSample?: number;
  /** How many there were. */
  readonly measurements?: number;
  readonly gigabytesPerSecond?: number;
  /** Of single calls: what half of them took at most, and 99 of 100. */
  readonly p50Microseconds?: number;
  readonly p99Microseconds?: number;
  /** Of a peer and what it runs on. */
  readonly version?: string;
  /** From the start of a process to the end of its first training step, the median. */
  readonly secondsToFirstStep?: number;
  /** The most that was resident, in millions of bytes. */
  readonly residentMegabytes?: number;
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
function allOf(workload: WorkloadName, threads: readonly number[]): Measurement[] {
  const isInference = workloads[workload].kind === 'inference';
  return [
    ...withNacre(workload, threads),
    ...(isInference ? withNacre(workload, threads, 'nacre-compile') : []),
    ...(workload === 'loop' ? [] : withPeers(workload)),
  ];
}

/** What is measured unless more is asked for. */
export const usualMeasurements: readonly Measurement[] = [
  ...usualNames.flatMap((workload) => allOf(workload, threadCounts)),
  ...['first-start', 'cnn-start', 'cnn-memory'].flatMap((workload) => withNacre(workload, [mostThreads])),
];

/** All that can be measured. */
export const measurements: readonly Measurement[] = [
  ...usualMeasurements,
  ...furtherNames.flatMap((workload) => allOf(workload, [mostThreads])),
];

/** What `--only` is matched against: `first/nacre-wasm-2`. */
export function nameOf({ workload, implementation, backend, threads }: Measurement): string {
  return `${workload}/${implementation}-${backend}-${threads}`;
}

/** A measurement of a workload that is timed in steady state. */
export type SteadyMeasurement = Measurement & { readonly workload: WorkloadName };

export function isSteady(measurement: Measurement): measurement is SteadyMeasurement {
  return isWorkloadName(measurement.workload);
}

/** Whether a row's median is that of single calls. */
export function countsCalls({ workload }: SteadyMeasurement): boolean {
  return isLatency(workloads[workload]);
}
