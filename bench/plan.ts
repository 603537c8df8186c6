// Which measurements there are, and the rows that come of them.

/** The numbers of threads that Nacre is measured with. */
export const threadCounts = [1, 2] as const;

/** What is measured, and with what. */
export interface Measurement {
  readonly workload: string;
  readonly implementation: string;
  readonly backend: string;
  readonly threads: number;
}

/** A measurement with its result: a row of the table, an object in the file. */
export interface Row extends Measurement {
  /** The median; null where something else is measured or nothing could be. */
  readonly microsecondsPerSample: number | null;
  /** Billions of floating-point operations a second, of those that `trainingFlops` counts. */
  readonly gflops: number | null;
  /** 1 where all operations are reached that the machine can do with these threads. */
  readonly fractionOfFloor: number | null;
  readonly leastMicrosecondsPerSample?: number;
  /** How many there were. */
  readonly measurements?: number;
  readonly gigabytesPerSecond?: number;
  /** From the start of a process to the end of its first training step, the median. */
  readonly secondsToFirstStep?: number;
  /** The most that was resident, in millions of bytes. */
  readonly residentMegabytes?: number;
  /** Why there is no result. */
  readonly note?: string;
}

/** A row without a result, for another reason than that it could not be had, which a note would give. */
export const noThroughput = { microsecondsPerSample: null, gflops: null, fractionOfFloor: null } as const;

function withNacre(workload: string): Measurement[] {
  return threadCounts.map((threads) => ({ workload, implementation: 'nacre', backend: 'wasm', threads }));
}

function withTfjs(workload: string, backend: string): Measurement {
  return { workload, implementation: 'tfjs', backend, threads: 1 };
}

/** All that can be measured. */
export const measurements: readonly Measurement[] = [
  ...withNacre('first'),
  ...withNacre('loop'),
  withTfjs('first', 'wasm'),
  ...withNacre('cnn'),
  // TensorFlow.js cannot train it on its wasm backend, which has no gradient of a convolution.
  withTfjs('cnn', 'cpu'),
  ...['first-start', 'cnn-start', 'cnn-memory'].flatMap((workload) => withNacre(workload).slice(-1)),
];

/** What `--only` is matched against: `first/nacre-wasm-2`. */
export function nameOf({ workload, implementation, backend, threads }: Measurement): string {
  return `${workload}/${implementation}-${backend}-${threads}`;
}

/** Whether it measures something else than Nacre. */
export function isPeer({ implementation }: Measurement): boolean {
  return implementation !== 'nacre';
}
