// Measures whole processes: programs that train a network from their start on, with Nacre (program.ts) or with a peer
// (peers/program.py), and programs that load one (load-program.ts, load-peer.ts, peers/program.py). Those of a workload
// take turns, and what they come to is checked.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkAccuracy, checkLosses, checkProbabilities } from './checks.js';
import type { Reply } from './child.js';
import { Unavailable } from './implementation.js';
import { LoadFiles } from './load-files.js';
import type { PeerFiles } from './peer-files.js';
import { nameOf, noThroughput, originOf, type ProcessMeasurement, type Row } from './plan.js';
import {
  checkedLossSteps,
  isWarmedUp,
  leastAccuracy,
  memorySteps,
  processes,
  roundsOf,
  trainedEpochs,
  type ImportingProcess,
  type LoadingProcess,
  type LoadTask,
  type ProcessWorkload,
  type ProgramResult,
  type ProgramTask,
  type TrainingProcess,
} from './processes.js';
import { environmentOf, findPython, peers, pythonRemedy } from './python.js';
import { valueOf } from './runner.js';
import { median } from './statistics.js';
import { batchSize } from './workloads.js';

export interface ProcessSettings {
  readonly rounds: number;
  readonly files: PeerFiles;
  /** Hears how far it has come. */
  readonly tell: (line: string) => void;
}

/** What a process did, and how long that took from its start. */
interface Run extends ProgramResult {
  readonly seconds: number;
}

/** What programs read. */
interface Files {
  readonly training: PeerFiles;
  readonly loading: LoadFiles;
}

interface Contestant {
  readonly measurement: ProcessMeasurement;
  readonly workload: ProcessWorkload;
  readonly runs: Run[];
  /** Of `compile`: how much sooner the same program comes to its first step when it finds its code in the cache. */
  readonly savings: number[];
  /** Why it is out. */
  problem?: string;
}

/** The rows of measurements of one workload. */
export async function measureProcesses(
  measurements: readonly ProcessMeasurement[],
  { rounds, files, tell }: ProcessSettings,
): Promise<Row[]> {
  const loading = new LoadFiles();
  try {
    return await measureAll(measurements, rounds, { training: files, loading }, tell);
  } finally {
    await loading.close();
  }
}

async function measureAll(
  measurements: readonly ProcessMeasurement[],
  rounds: number,
  files: Files,
  tell: ProcessSettings['tell'],
): Promise<Row[]> {
  const contestants: Contestant[] = measurements.map((measurement) => ({
    measurement,
    workload: processes[measurement.workload],
    runs: [],
    savings: [],
  }));
  for (const contestant of contestants) {
    const { measurement, workload } = contestant;
    if (!isWarmedUp(workload)) continue;
    tell(`warming up ${nameOf(measurement)}`);
    await attempt(contestant, () => runOf(measurement, files, { steps: 1 }));
  }
  for (let round = 0; ; round++) {
    const rest = contestants.filter(({ workload }) => round < roundsOf(workload, rounds));
    if (rest.length === 0) break;
    for (const contestant of rest) {
      if (contestant.problem !== undefined) continue;
      tell(`round ${round + 1} of ${roundsOf(contestant.workload, rounds)}: ${nameOf(contestant.measurement)}`);
      await attempt(contestant, () => measure(contestant, files));
    }
  }
  return checked(contestants, files, tell);
}

/** What may go wrong with one of them does not end the others. */
async function attempt(contestant: Contestant, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    contestant.problem = error instanceof Unavailable ? message : `failed: ${message}`;
  }
}

async function measure({ measurement, workload, runs, savings }: Contestant, files: Files): Promise<void> {
  const isNacre = originOf(measurement) === 'nacre';
  if (workload.what !== 'compile' && !(workload.what === 'memory' && isNacre)) {
    runs.push(await runOf(measurement, files));
    return;
  }
  // What it takes to compile is part of both: the time of the first run, and the memory that it needs at most.
  const cache = await mkdtemp(join(tmpdir(), 'nacre-cache-'));
  try {
    const first = await runOf(measurement, files, { cache });
    runs.push(first);
    if (workload.what === 'compile') savings.push(first.seconds - (await runOf(measurement, files, { cache })).seconds);
  } finally {
    await rm(cache, { recursive: true });
  }
}

interface RunOptions {
  /** Ends after so many steps. */
  readonly steps?: number;
  /** A cache folder of Nacre's other than the usual one. */
  readonly cache?: string;
}

function taskOf(
  measurement: ProcessMeasurement,
  { what, network }: TrainingProcess,
  steps: number | undefined,
): ProgramTask {
  const { implementation, backend, threads } = measurement;
  const usualSteps = { start: 1, compile: 1, memory: memorySteps, trained: null };
  return {
    ...{ what: what === 'compile' ? 'start' : what, network, implementation, backend, threads, batchSize },
    epochs: what === 'trained' && steps === undefined ? trainedEpochs : 1,
    steps: steps ?? usualSteps[what],
    lossSteps: checkedLossSteps[network],
  };
}

async function runOf(measurement: ProcessMeasurement, files: Files, options: RunOptions = {}): Promise<Run> {
  const workload: ProcessWorkload = processes[measurement.workload];
  return workload.what === 'load' || workload.what === 'import'
    ? runLoading(measurement, await loadTaskOf(measurement, workload, files.loading))
    : runTraining(measurement, workload, files.training, options);
}

async function runTraining(
  measurement: ProcessMeasurement,
  workload: TrainingProcess,
  files: PeerFiles,
  { steps, cache }: RunOptions,
): Promise<Run> {
  const task = taskOf(measurement, workload, steps);
  if (originOf(measurement) === 'nacre') {
    const environment = cache === undefined ? process.env : { ...process.env, NACRE_CACHE: cache };
    return runNode('program.js', task, environment);
  }
  return runPython(measurement, { ...task, data: await files.of(task) });
}

async function loadTaskOf(
  { implementation, backend, threads }: ProcessMeasurement,
  workload: LoadingProcess | ImportingProcess,
  files: LoadFiles,
): Promise<LoadTask> {
  const task = { what: workload.what, implementation, backend, threads };
  if (workload.what === 'import') return task;
  // The reference has the weights that were written, whatever reading a file comes to.
  const file = backend === 'reference' ? {} : { file: await files.network(workload.format) };
  return { ...task, ...file, image: await files.image() };
}

function runLoading(measurement: ProcessMeasurement, task: LoadTask): Promise<Run> {
  const { backend, threads } = measurement;
  const settings = task.what === 'import' ? {} : { NACRE_BACKEND: backend, NACRE_THREADS: String(threads) };
  switch (originOf(measurement)) {
    case 'nacre':
      return runNode('load-program.js', task, { ...process.env, ...settings });
    case 'npm':
      return runNode('load-peer.js', task, process.env);
    case 'python':
      return runPython(measurement, task);
  }
}

function runNode(
  program: string,
  task: object,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Run> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  return runProgram(process.execPath, [path, JSON.stringify(task)], environment);
}

async function runPython(measurement: ProcessMeasurement, task: object): Promise<Run> {
  const interpreter = findPython();
  if (interpreter === undefined) throw new Unavailable(pythonRemedy);
  const program = fileURLToPath(new URL('program.py', peers));
  return runProgram(interpreter, [program, JSON.stringify(task)], environmentOf(measurement));
}

/**
 * Runs a program that prints one line, and waits until it has ended.
 * @throws Unavailable where the program says so, or there is no such interpreter
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Run> {
  const begin = performance.now();
  const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', process.stderr.fd] });
  let printed = '';
  let seconds = NaN;
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (Number.isNaN(seconds) && printed.includes('\n')) seconds = (performance.now() - begin) / 1000;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Unavailable(`${pythonRemedy} (no ${command})`) : error),
    );
  });
  if (code !== 0) throw new Error(`its process ended (${code})`);
  return { seconds, ...(valueOf(replyIn(printed)) as ProgramResult) };
}

function replyIn(printed: string): Reply {
  try {
    return JSON.parse(printed) as Reply;
  } catch {
    throw new Error(`it printed '${printed.slice(0, 200)}', which is no reply`);
  }
}

/** The rows, after what each came to was compared with what it should have come to. */
async function checked(contestants: readonly Contestant[], files: Files, tell: (line: string) => void): Promise<Row[]> {
  let found: Run | undefined;
  /** What the reference comes to, which is the same for all of a workload. */
  const expected = async (measurement: ProcessMeasurement, options: RunOptions = {}): Promise<Run> => {
    if (found === undefined) tell(`what the reference comes to for ${measurement.workload}`);
    const reference = { ...measurement, implementation: 'nacre', backend: 'reference', threads: 1 };
    return (found ??= await runOf(reference, files, options));
  };
  for (const contestant of contestants)
    if (contestant.problem === undefined) await attempt(contestant, () => check(contestant, expected));
  return contestants.map(rowOf);
}

async function check(
  contestant: Contestant,
  expected: (measurement: ProcessMeasurement, options?: RunOptions) => Promise<Run>,
): Promise<void> {
  const { measurement, workload, runs } = contestant;
  switch (workload.what) {
    case 'memory': {
      const { loss } = await expected(measurement, { steps: checkedLossSteps[workload.network] });
      complain(contestant, checkLosses([runs[0]!.loss!], { losses: [loss!], hasDropout: false }));
      break;
    }
    case 'trained':
      for (const { accuracy } of runs)
        complain(contestant, checkAccuracy(accuracy!, leastAccuracy[workload.network as keyof typeof leastAccuracy]));
      break;
    case 'load': {
      const { probabilities } = await expected(measurement);
      for (const run of runs) complain(contestant, checkProbabilities(run.probabilities!, probabilities!));
      break;
    }
    case 'import':
      for (const { names } of runs)
        complain(contestant, names!.includes('loadModel') ? undefined : `it imports ${names!.join(', ')}`);
      break;
    default:
  }
}

function complain(contestant: Contestant, problem: string | undefined): void {
  if (problem !== undefined) contestant.problem = `wrong results: ${problem}`;
}

function rowOf({ measurement, workload, runs, savings, problem }: Contestant): Row {
  const version = runs[0]?.version;
  const row = { ...measurement, ...noThroughput, ...(version === undefined ? {} : { version }) };
  if (problem !== undefined) return { ...row, note: problem };
  if (workload.what === 'memory') return { ...row, peakMegabytes: median(runs.map((run) => run.peakBytes!)) / 1e6 };
  const times = runs.map(({ seconds }) => seconds);
  return {
    ...row,
    seconds: median(times),
    leastSeconds: Math.min(...times),
    ...('barSeconds' in workload && originOf(measurement) === 'nacre' ? { barSeconds: workload.barSeconds } : {}),
    measurements: times.length,
    ...(workload.what === 'compile' ? { compileSeconds: median(savings) } : {}),
    ...(workload.what === 'trained' ? { accuracy: median(runs.map((run) => run.accuracy!)) } : {}),
  };
}
