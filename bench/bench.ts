// `npm run bench`: how fast Nacre trains, beside its peers and beside what the machine can do.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { Floors } from './floors.js';
import { parseOptions, usage, type BenchOptions } from './options.js';
import { floorTargetOf, isProcess, isSteady, threadCounts, type Measurement, type Row } from './plan.js';
import { withBestPeers } from './best-peer.js';
import { PeerFiles } from './peer-files.js';
import { repository } from './repository.js';
import { comparisons, Table } from './table.js';
import { measureThroughput } from './throughput.js';
import { measureProcesses } from './whole-process.js';

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
function contests<One extends Measurement>(chosen: readonly One[]): One[][] {
  const groups = new Map<string, One[]>();
  for (const one of chosen) {
    const name = one.workload === 'loop' ? 'first' : one.workload;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups.values()];
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

/** Measures what was chosen, contest by contest, and hands over the rows of each as soon as there are any. */
async function bench(options: BenchOptions, emit: (rows: readonly Row[]) => void): Promise<void> {
  const files = new PeerFiles();
  try {
    const steady = options.chosen.filter(isSteady);
    if (steady.length > 0) {
      const floors = await Floors.start([...new Set(steady.map(floorTargetOf))], Math.max(...threadCounts));
      tell('what the machine can do');
      await floors.measure(threadCounts);
      for (const contest of contests(steady))
        emit(withBestPeers(await measureThroughput(contest, { ...options, floors, files, tell })));
      emit(floorRows(floors));
      floors.close();
    }
    for (const contest of contests(options.chosen.filter(isProcess)))
      emit(withBestPeers(await measureProcesses(contest, { ...options, files, tell })));
  } finally {
    await files.close();
  }
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
  const table = new Table(options.chosen);
  const rows: Row[] = [];
  printHead();
  await bench(options, (more) => {
    // What was measured is told at once: the next contest may take minutes, and the run may be ended before.
    console.log(rows.length === 0 ? `\n${table.head()}\n${table.lines(more)}` : table.lines(more));
    rows.push(...more);
    if (options.json !== undefined) writeRows(options.json, rows);
  });
  console.log('');
  for (const line of comparisons(rows)) console.log(line);
  if (versions(rows) !== '') console.log(`Peers: ${versions(rows)}`);
  // What is not there is no failure; what fails or computes something else is.
  if (rows.some(({ note }) => note !== undefined && !/^not (installed|available)/.test(note))) process.exitCode = 1;
}
