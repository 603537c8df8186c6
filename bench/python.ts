// Starts a process of Python's that holds an implementation (bench/peers/) and speaks with it in lines of JSON: a
// request a line to its standard input, a reply a line from its standard output.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { checkLosses, checkProbabilities, checkSpots } from './checks.js';
import type { Reply } from './child.js';
import { Unavailable, type Expectation, type Setting } from './implementation.js';
import { adam, checkedAdamSteps, inputsOf, layerNormEpsilon } from './kernels.js';
import type { PeerFiles } from './peer-files.js';
import { repository } from './repository.js';
import { valueOf, type Runner } from './runner.js';
import { checkedRows, checkedSteps } from './workloads.js';

/** Where the programs of the peers from Python are. */
export const peers = new URL('bench/peers/', repository);
/** What is said where there is no Python. */
export const pythonRemedy = 'not installed: bench/README.md says how to set up Python for the peers';

/** The interpreter with the peers' packages: NACRE_BENCH_PYTHON, or that of the virtual environment; undefined if there is none. */
export function findPython(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const named = environment.NACRE_BENCH_PYTHON;
  if (named !== undefined && named !== '') return named;
  const places = ['venv/bin/python', 'venv/Scripts/python.exe'].map((place) => fileURLToPath(new URL(place, peers)));
  return places.find((place) => existsSync(place));
}

/** What a process of Python's is to be like, so that all of them use as many threads. */
export function environmentOf({
  backend,
  threads,
  implementation,
}: Pick<Setting, 'backend' | 'threads' | 'implementation'>): Record<string, string | undefined> {
  const count = String(threads);
  return {
    ...process.env,
    OMP_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    OPENBLAS_NUM_THREADS: count,
    // The size of XLA's thread pool.
    NPROC: count,
    ...(implementation === 'keras' ? { KERAS_BACKEND: backend } : {}),
    TF_CPP_MIN_LOG_LEVEL: '3',
    JAX_PLATFORMS: 'cpu',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** How to start it; the tests put another program in its place. */
export interface PythonProgram {
  readonly interpreter: string | undefined;
  readonly script: string;
}

function defaultProgram(): PythonProgram {
  return { interpreter: findPython(), script: fileURLToPath(new URL('host.py', peers)) };
}

/** An implementation in a process of Python's. */
export class PythonRunner implements Runner {
  readonly #setting: Setting;
  readonly #files: PeerFiles;
  readonly #program: PythonProgram;
  #child: ChildProcess | undefined;
  #lines: Interface | undefined;

  constructor(setting: Setting, files: PeerFiles, program: PythonProgram = defaultProgram()) {
    this.#setting = setting;
    this.#files = files;
    this.#program = program;
  }

  #ask(request: object): Promise<unknown> {
    const [child, lines] = [this.#child!, this.#lines!];
    return new Promise((resolve, reject) => {
      if (child.exitCode !== null || child.signalCode !== null) {
        reject(new Error(`its process ended (${child.exitCode ?? child.signalCode})`));
        return;
      }
      const done = (): void => {
        child.off('close', onEnd).off('error', onError);
        lines.off('line', onLine);
      };
      const onEnd = (code: number | null): void => {
        done();
        reject(new Error(`its process ended (${code})`));
      };
      const onError = (error: NodeJS.ErrnoException): void => {
        done();
        reject(error.code === 'ENOENT' ? new Unavailable(`${pythonRemedy} (no ${this.#program.interpreter})`) : error);
      };
      const onLine = (line: string): void => {
        done();
        try {
          resolve(valueOf(JSON.parse(line) as Reply));
        } catch (error) {
          const text =
            error instanceof SyntaxError ? `it answered '${line.slice(0, 200)}', which is no reply` : undefined;
          reject(text === undefined ? (error as Error) : new Error(text));
        }
      };
      child.once('close', onEnd).once('error', onError);
      lines.once('line', onLine);
      child.stdin!.write(`${JSON.stringify(request)}\n`);
    });
  }

  async create(): Promise<string | undefined> {
    const { interpreter, script } = this.#program;
    if (interpreter === undefined) throw new Unavailable(pythonRemedy);
    const { workload } = this.#setting;
    const needs =
      workload.kind === 'kernel'
        ? { inputs: inputsOf(workload.task), adam, layerNormEpsilon }
        : { data: await this.#files.of(workload) };
    this.#child = spawn(interpreter, [script], {
      env: environmentOf(this.#setting),
      stdio: ['pipe', 'pipe', process.stderr.fd],
    });
    // A process that has ended reads no more; the reply that does not come says so.
    this.#child.stdin!.on('error', () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout! });
    return (await this.#ask({ method: 'create', setting: { ...this.#setting, ...needs } })) as string;
  }

  async check(expected: Expectation): Promise<string | undefined> {
    switch (expected.kind) {
      case 'training': {
        const losses = (await this.#ask({ method: 'check', steps: checkedSteps })) as number[];
        return checkLosses(losses, expected);
      }
      case 'inference': {
        const probabilities = (await this.#ask({ method: 'check', rows: checkedRows })) as number[];
        return checkProbabilities(probabilities, expected.probabilities);
      }
      case 'kernel': {
        const spots = expected.spots.map(({ name, positions }) => ({ name, positions }));
        return checkSpots(
          (await this.#ask({ method: 'check', spots, steps: checkedAdamSteps })) as number[][],
          expected.spots,
        );
      }
    }
  }

  async round(): Promise<number[]> {
    return (await this.#ask({ method: 'round' })) as number[];
  }

  close(): void {
    this.#lines?.close();
    this.#child?.kill();
  }
}
