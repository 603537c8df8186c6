// `npm run bench`: how fast Nacre trains, beside its peers and beside what the machine can do.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { Floors } from './floors.js';
import { parseOptions, usage, type BenchOptions } from './options.js';
import {
  floorTargetOf,
  isSteady,
  nameOf,
  noThroughput,
  threadCounts,
  type Measurement,
  type Row,
  type SteadyMeasurement,
} from './plan.js';
import { Unavailable } from './implementation.js';
import { repository } from './repository.js';
import { median } from './statistics.js';
import { comparisons, formatTable } from './table.js';
import { measureThroughput } from './throughput.js';
import { measureProcess } from './whole-process.js';
import type { WorkloadName } from './workloads.js';

/** Steps after which no more memory is asked for. */
const stepsForMemory = 200;

/** How far it has come, on standard error, so that the table can be piped. */
function tell(line: string): void {
  console.error(`... ${line}`);
}

function printHead(): void {
  const { version } = JSON.parse(readFileSync(new URL('package.json', repository), 'utf8')) as { version: string };
  const processors = cpus();
  console.log(
    `${processors[0]?.model.trim() ?? 'unknown processor'}, ${processors.length} cores; ` +
      `Node ${process.versions.node}; nacre ${version}`,
  );
  const busy = loadavg()[0]!;
  if (busy > 0.5)
    console.log(`Other programs keep ${busy.toFixed(1)} cores busy: figures can be twice what they would be without.`);
}

/** Those that take turns with each other: of one workload, and a loop of one's own with fit. */
function contests(chosen: readonly SteadyMeasurement[]): SteadyMeasurement[][] {
  const groups = new Map<WorkloadName, SteadyMeasurement[]>();
  for (const one of chosen) {
    const name = one.workload === 'loop' ? 'first' : one.workload;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups.values()];
}

async function measureProcesses(measurement: Measurement, rounds: number): Promise<Row> {
  const [workload, what] = measurement.workload.split('-') as ['first' | 'cnn', 'start' | 'memory'];
  const { backend, threads } = measurement;
  tell(nameOf(measurement));
  const row = { ...measurement, ...noThroughput };
  try {
    if (what === 'memory') {
      const { residentBytes } = await measureProcess(workload, backend, threads, stepsForMemory);
      return { ...row, residentMegabytes: residentBytes / 1e6 };
    }
    // The first start brings the data into the page cache and does not count.
    await measureProcess(workload, backend, threads, 1);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++)
      times.push((await measureProcess(workload, backend, threads, 1)).seconds);
    return { ...row, secondsToFirstStep: median(times) };
  } catch (error) {
    if (error instanceof Unavailable) return { ...row, note: error.message };
    throw error;
  }
}

function floorRows(floors: Floors): Row[] {
  return floors.targets.flatMap((backend) =>
    threadCounts.flatMap((threads) => {
      const probe = floors.of(backend)!;
      const floor = { implementation: 'floor', backend, threads, microsecondsPerSample: null } as const;
      const gigabytesPerSecond = probe.gigabytesPerSecond(threads);
      return [
        { workload: 'multiply-add', ...floor, gflops: probe.gflops(threads), fractionOfFloor: 1 },
        { workload: 'stream', ...floor, gflops: null, fractionOfFloor: null, gigabytesPerSecond },
      ];
    }),
  );
}

async function bench(options: BenchOptions): Promise<Row[]> {
  printHead();
  const steady = options.chosen.filter(isSteady);
  const rows: Row[] = [];
  if (steady.length > 0) {
    const floors = await Floors.start([...new Set(steady.map(floorTargetOf))], Math.max(...threadCounts));
    tell('what the machine can do');
    await floors.measure(threadCounts);
    for (const contest of contests(steady))
      rows.push(...(await measureThroughput(contest, { ...options, floors, tell })));
    rows.push(...floorRows(floors));
    floors.close();
  }
  for (const one of options.chosen) if (!isSteady(one)) rows.push(await measureProcesses(one, options.rounds));
  return rows;
}

/** What the peers say they are, each once. */
function versions(rows: readonly Row[]): string {
  return [...new Set(rows.flatMap(({ version }) => version ?? []))].join('; ');
}

function writeRows(path: string, rows: readonly Row[]): void {
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(beside, `${JSON.stringify(rows, undefined, 2)}\n`);
  renameSync(beside, path);
}

function optionsOrComplaint(): BenchOptions | undefined {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options !== 'help') return options;
    console.log(usage);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
  }
  return undefined;
}

const options = optionsOrComplaint();
if (options) {
  const rows = await bench(options);
  console.log(`\n${formatTable(rows)}\n`);
  for (const line of comparisons(rows)) console.log(line);
  if (versions(rows) !== '') console.log(`Peers: ${versions(rows)}`);
  if (options.json !== undefined) writeRows(options.json, rows);
  // What is not there is no failure; what fails or computes something else is.
  if (rows.some(({ note }) => note !== undefined && !/^not (installed|available)/.test(note))) process.exitCode = 1;
}
