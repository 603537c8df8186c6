// `npm run bench`: how fast Nacre trains, beside its peers and beside what the machine can do.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { FloorProbe } from './floors.js';
import { parseOptions, usage, type BenchOptions } from './options.js';
import { isPeer, nameOf, noThroughput, threadCounts, type Measurement, type Row } from './plan.js';
import { repository } from './repository.js';
import { median } from './statistics.js';
import { comparisons, formatTable } from './table.js';
import { installedVersion } from './tfjs.js';
import { measureThroughput } from './throughput.js';
import { measureProcess } from './whole-process.js';
import { isWorkloadName, workloads, type WorkloadName } from './workloads.js';

/** Steps after which no more memory is asked for. */
const stepsForMemory = 200;

/** How far it has come, on standard error, so that the table can be piped. */
function tell(line: string): void {
  console.error(`... ${line}`);
}

function printHead(peerVersion: string | undefined): void {
  const { version } = JSON.parse(readFileSync(new URL('package.json', repository), 'utf8')) as { version: string };
  const processors = cpus();
  const peer = peerVersion === undefined ? '' : `, tfjs ${peerVersion}`;
  console.log(
    `${processors[0]?.model.trim() ?? 'unknown processor'}, ${processors.length} cores; ` +
      `Node ${process.versions.node}; nacre ${version}${peer}`,
  );
  const busy = loadavg()[0]!;
  if (busy > 0.5)
    console.log(`Other programs keep ${busy.toFixed(1)} cores busy: figures can be twice what they would be without.`);
}

async function measureTraining(
  chosen: readonly Measurement[],
  options: BenchOptions,
  probe: FloorProbe,
  peerVersion: string | undefined,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const network of ['first', 'cnn'] as const) {
    const ofNetwork = chosen.filter(
      (one): one is Measurement & { readonly workload: WorkloadName } =>
        isWorkloadName(one.workload) && workloads[one.workload].network === network,
    );
    const missing = ofNetwork.filter((one) => isPeer(one) && peerVersion === undefined);
    const present = ofNetwork.filter((one) => !missing.includes(one));
    if (present.length > 0) rows.push(...(await measureThroughput(present, { ...options, probe, tell })));
    const note = 'not installed: npm install --prefix bench --ignore-scripts';
    rows.push(...missing.map((one) => ({ ...one, ...noThroughput, note })));
  }
  return rows;
}

async function measureProcesses(measurement: Measurement, rounds: number): Promise<Row> {
  const [workload, what] = measurement.workload.split('-') as [WorkloadName, 'start' | 'memory'];
  tell(nameOf(measurement));
  const row = { ...measurement, ...noThroughput };
  if (what === 'memory') {
    const { residentBytes } = await measureProcess(workload, measurement.threads, stepsForMemory);
    return { ...row, residentMegabytes: residentBytes / 1e6 };
  }
  // The first start brings the data into the page cache and does not count.
  await measureProcess(workload, measurement.threads, 1);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++)
    times.push((await measureProcess(workload, measurement.threads, 1)).seconds);
  return { ...row, secondsToFirstStep: median(times) };
}

function floorRows(probe: FloorProbe): Row[] {
  return threadCounts.flatMap((threads) => {
    const floor = { implementation: 'floor', backend: 'wasm', threads, microsecondsPerSample: null } as const;
    const gigabytesPerSecond = probe.gigabytesPerSecond(threads);
    return [
      { workload: 'multiply-add', ...floor, gflops: probe.gflops(threads), fractionOfFloor: 1 },
      { workload: 'stream', ...floor, gflops: null, fractionOfFloor: null, gigabytesPerSecond },
    ];
  });
}

async function bench(options: BenchOptions): Promise<Row[]> {
  const peerVersion = installedVersion();
  printHead(peerVersion);
  const trainings = options.chosen.filter(({ workload }) => isWorkloadName(workload));
  const rows: Row[] = [];
  if (trainings.length > 0) {
    const probe = new FloorProbe(Math.max(...threadCounts));
    tell('what the machine can do');
    await probe.measure(threadCounts);
    rows.push(...(await measureTraining(trainings, options, probe, peerVersion)), ...floorRows(probe));
    await probe.close();
  }
  for (const one of options.chosen)
    if (!isWorkloadName(one.workload)) rows.push(await measureProcesses(one, options.rounds));
  return rows;
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
  if (options.json !== undefined) writeRows(options.json, rows);
  // A peer that is not installed is no failure; one that fails or computes something else is.
  if (rows.some(({ note }) => note !== undefined && !note.startsWith('not installed'))) process.exitCode = 1;
}
