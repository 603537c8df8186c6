// Times training in steady state. The implementations take turns within a round, so that whatever else the machine does
// meets all of them, and none is timed before its results were checked.
import type { Floors } from './floors.js';
import { costOf, type Cost } from './costs.js';
import { Unavailable, type Expectation, type Setting } from './implementation.js';
import { spotValues } from './kernels.js';
import type { PeerFiles } from './peer-files.js';
import {
  countsCalls,
  floorTargetOf,
  nameOf,
  noThroughput,
  originOf,
  type Row,
  type SteadyMeasurement,
} from './plan.js';
import { PythonRunner } from './python.js';
import { NodeRunner, type Runner } from './runner.js';
import { median, quantile } from './statistics.js';
import { workloads, type Workload } from './workloads.js';

/** A round of the cnn on a cpu backend takes ten seconds. */
const mostRoundsOnCpu = 3;

export interface ThroughputSettings {
  readonly rounds: number;
  /** In an epoch that is timed. */
  readonly mostSamples: number;
  readonly floors: Floors;
  /** Of the samples and weights. */
  readonly files: PeerFiles;
  /** Hears how far it has come. */
  readonly tell: (line: string) => void;
}

interface Contestant {
  readonly measurement: SteadyMeasurement;
  readonly setting: Setting;
  readonly runner: Runner;
  /** Microseconds a sample. */
  readonly times: number[];
  version?: string;
  /** Why it is out. */
  problem?: string;
}

/** The rows of measurements of workloads that take turns with each other. */
export async function measureThroughput(
  measurements: readonly SteadyMeasurement[],
  settings: ThroughputSettings,
): Promise<Row[]> {
  const contestants = measurements.map((measurement) => enter(measurement, settings));
  try {
    await check(contestants, settings.tell);
    await time(contestants, settings);
  } finally {
    for (const { runner } of contestants) runner.close();
  }
  return contestants.map((contestant) => rowOf(contestant, settings.floors));
}

function enter(measurement: SteadyMeasurement, { mostSamples, files }: ThroughputSettings): Contestant {
  const { implementation, backend, threads } = measurement;
  const workload: Workload = workloads[measurement.workload];
  const origin = originOf(measurement);
  const samples = workload.kind === 'training' ? Math.min(workload.samples[origin], mostSamples) : mostSamples;
  const setting: Setting = { implementation, backend, threads, workload, samples };
  const runner = origin === 'python' ? new PythonRunner(setting, files) : new NodeRunner(setting);
  return { measurement, setting, runner, times: [] };
}

/** What may go wrong with one of them does not end the others. */
async function attempt<Result>(contestant: Contestant, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    contestant.problem = error instanceof Unavailable ? message : `failed: ${message}`;
    return undefined;
  }
}

async function check(contestants: readonly Contestant[], tell: (line: string) => void): Promise<void> {
  const expectations = new Map<Workload, Expectation>();
  for (const contestant of contestants) {
    const { measurement, setting, runner } = contestant;
    const { workload } = setting;
    tell(`checking ${nameOf(measurement)}`);
    const problem = await attempt(contestant, async () => {
      const version = await runner.create();
      if (version !== undefined) contestant.version = version;
      if (workload.kind === 'kernel') {
        // PyTorch pads alike on both sides, the others as Keras does.
        return runner.check({ kind: 'kernel', spots: spotValues(workload.task, setting.implementation === 'pytorch') });
      }
      let expected = expectations.get(workload);
      if (!expected) {
        tell(`what the reference comes to for ${measurement.workload}`);
        expected = await expectationOf(workload);
        expectations.set(workload, expected);
      }
      return runner.check(expected);
    });
    if (problem !== undefined) contestant.problem = `wrong results: ${problem}`;
  }
}

async function expectationOf(workload: Workload): Promise<Expectation> {
  const samples = 0;
  const reference = new NodeRunner({ implementation: 'nacre', backend: 'reference', threads: 1, workload, samples });
  try {
    await reference.create();
    return await reference.expectation();
  } finally {
    reference.close();
  }
}

async function time(contestants: readonly Contestant[], settings: ThroughputSettings): Promise<void> {
  const { rounds, floors, tell } = settings;
  const threadCounts = [...new Set(contestants.map(({ setting }) => setting.threads))];
  floors.beginContest();
  for (let round = 0; round < rounds; round++) {
    await floors.measure(threadCounts);
    for (const contestant of contestants) {
      const { measurement, setting, runner, times } = contestant;
      const isSlow = setting.workload.kind === 'training' && setting.backend === 'cpu';
      if (contestant.problem !== undefined || (isSlow && round >= mostRoundsOnCpu)) continue;
      tell(`round ${round + 1} of ${rounds}: ${nameOf(measurement)}`);
      // Too many for arguments of one call.
      for (const time of (await attempt(contestant, () => runner.round())) ?? []) times.push(time);
    }
  }
}

function rowOf({ measurement, setting, times, version, problem }: Contestant, floors: Floors): Row {
  const common = { ...measurement, ...(version === undefined ? {} : { version }) };
  if (problem !== undefined) return { ...common, ...noThroughput, note: problem };
  const microsecondsPerSample = median(times);
  const { flops, bytes } = costOf(setting.workload);
  const gflops = flops === 0 ? null : flops / (1000 * microsecondsPerSample);
  const least = leastMicroseconds({ flops, bytes }, measurement, floors);
  return {
    ...common,
    microsecondsPerSample,
    gflops,
    fractionOfFloor: least === undefined ? null : least.microseconds / microsecondsPerSample,
    ...(least === undefined ? {} : { nearerFloor: least.nearerFloor }),
    leastMicrosecondsPerSample: quantile(times, 0),
    measurements: times.length,
    ...(bytes === 0 ? {} : { gigabytesPerSecond: bytes / (1000 * microsecondsPerSample) }),
    ...(countsCalls(measurement)
      ? { p50Microseconds: quantile(times, 0.5), p99Microseconds: quantile(times, 0.99) }
      : {}),
  };
}

/** What a sample takes where arithmetic or memory is as fast as the machine can do it, whichever takes longer. */
function leastMicroseconds(
  { flops, bytes }: Cost,
  measurement: SteadyMeasurement,
  floors: Floors,
): { readonly microseconds: number; readonly nearerFloor: 'arithmetic' | 'memory' } | undefined {
  const probe = floors.of(floorTargetOf(measurement));
  if (!probe) return undefined;
  const { threads } = measurement;
  const arithmetic = flops / (1000 * probe.gflops(threads));
  const memory = bytes / (1000 * probe.gigabytesPerSecondOfContest(threads));
  return arithmetic >= memory
    ? { microseconds: arithmetic, nearerFloor: 'arithmetic' }
    : { microseconds: memory, nearerFloor: 'memory' };
}
