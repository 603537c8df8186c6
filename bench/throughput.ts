// Times training in steady state. The implementations take turns within a round, so that whatever else the machine does
// meets all of them, and none is timed before its results were checked.
import type { FloorProbe } from './floors.js';
import type { Expectation, Setting } from './implementation.js';
import { nameOf, noThroughput, type Measurement, type Row } from './plan.js';
import { Runner } from './runner.js';
import { median } from './statistics.js';
import { createModel, trainingFlops, workloads, type Workload, type WorkloadName } from './workloads.js';

/** A round of the cnn on a cpu backend takes ten seconds. */
const mostRoundsOnCpu = 3;

export interface ThroughputSettings {
  readonly rounds: number;
  /** In an epoch that is timed. */
  readonly mostSamples: number;
  readonly probe: FloorProbe;
  /** Hears how far it has come. */
  readonly tell: (line: string) => void;
}

interface Contestant {
  readonly measurement: Measurement;
  readonly setting: Setting;
  readonly runner: Runner;
  /** Microseconds a sample. */
  readonly times: number[];
  /** Why it is out. */
  problem?: string;
}

/** The rows of measurements of workloads. */
export async function measureThroughput(
  measurements: readonly (Measurement & { readonly workload: WorkloadName })[],
  settings: ThroughputSettings,
): Promise<Row[]> {
  const contestants = measurements.map((measurement) => enter(measurement, settings.mostSamples));
  try {
    await check(contestants, settings.tell);
    await time(contestants, settings);
  } finally {
    for (const { runner } of contestants) runner.close();
  }
  return contestants.map((contestant) => rowOf(contestant, settings.probe));
}

function enter(measurement: Measurement & { readonly workload: WorkloadName }, mostSamples: number): Contestant {
  const { workload, backend, threads } = measurement;
  const implementation = measurement.implementation as Setting['implementation'];
  const { samples, peerSamples }: Workload = workloads[workload];
  const setting: Setting = {
    implementation,
    backend,
    threads,
    workload,
    samples: Math.min(implementation === 'nacre' ? samples : peerSamples, mostSamples),
  };
  return { measurement, setting, runner: new Runner(setting), times: [] };
}

/** What may go wrong with one of them does not end the others. */
async function attempt<Result>(contestant: Contestant, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    contestant.problem = `failed: ${error instanceof Error ? error.message : String(error)}`;
    return undefined;
  }
}

async function check(contestants: readonly Contestant[], tell: (line: string) => void): Promise<void> {
  const expectations = new Map<WorkloadName, Expectation>();
  for (const { setting } of contestants) {
    const { workload } = setting;
    if (expectations.has(workload)) continue;
    tell(`what the reference comes to for ${workload}`);
    const reference = new Runner({ ...setting, implementation: 'nacre', backend: 'reference', threads: 1 });
    try {
      await reference.create();
      expectations.set(workload, await reference.expectation());
    } finally {
      reference.close();
    }
  }
  for (const contestant of contestants) {
    const { measurement, setting, runner } = contestant;
    tell(`checking ${nameOf(measurement)}`);
    const problem = await attempt(contestant, async () => {
      await runner.create();
      return runner.check(expectations.get(setting.workload)!);
    });
    if (problem !== undefined) contestant.problem = `wrong results: ${problem}`;
  }
}

async function time(contestants: readonly Contestant[], settings: ThroughputSettings): Promise<void> {
  const { rounds, probe, tell } = settings;
  const threadCounts = [...new Set(contestants.map(({ setting }) => setting.threads))];
  for (let round = 0; round < rounds; round++) {
    await probe.measure(threadCounts);
    for (const contestant of contestants) {
      const { measurement, setting, runner, times } = contestant;
      if (contestant.problem !== undefined || (setting.backend === 'cpu' && round >= mostRoundsOnCpu)) continue;
      tell(`round ${round + 1} of ${rounds}: ${nameOf(measurement)}`);
      times.push(...((await attempt(contestant, () => runner.round())) ?? []));
    }
  }
}

function rowOf({ measurement, setting, times, problem }: Contestant, probe: FloorProbe): Row {
  if (problem !== undefined) return { ...measurement, ...noThroughput, note: problem };
  const microsecondsPerSample = median(times);
  const gflops = trainingFlops(createModel(setting.workload)) / (1000 * microsecondsPerSample);
  return {
    ...measurement,
    microsecondsPerSample,
    gflops,
    fractionOfFloor: gflops / probe.gflops(setting.threads),
    leastMicrosecondsPerSample: Math.min(...times),
    measurements: times.length,
  };
}
