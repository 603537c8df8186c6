// Runs the programs of apps/ and bench/ as users do: built, and in a process of their own.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The path of a built program: `builtProgram('apps', 'mnist', 'main.js')`. */
export function builtProgram(...path: readonly string[]): string {
  return join(repository, 'build', ...path);
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it wrote to standard output. */
  readonly output: string;
  /** What it wrote to standard error. */
  readonly complaints: string;
}

/** Told all that a process has printed whenever it prints, and may end it. */
export type Listener = (printed: string, kill: (signal: NodeJS.Signals) => void) => void;

export interface Surroundings {
  /** The folder it runs in; the repository unless given. */
  readonly cwd?: string | undefined;
  /** Its environment; that of this process unless given. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs Node until it ends. */
export function runNode(
  args: readonly string[],
  listener?: Listener,
  { cwd = repository, env = process.env }: Surroundings = {},
): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let complaints = '';
  const tell = (): void => listener?.(output + complaints, (signal) => child.kill(signal));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    tell();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text;
    tell();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, output, complaints }));
  });
}

/**
 * `npm run build`: only what has changed, so that a test runs the program that the sources say.
 * @throws Error with what the compiler says if it finds errors
 */
export async function buildPrograms(): Promise<void> {
  const compiler = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const words of [[compiler, '-b', 'tsconfig.programs.json'], [join(repository, 'tools', 'bundle.mjs')]]) {
    const { code, output, complaints } = await runNode(words);
    if (code !== 0) throw new Error(`npm run build failed:\n${output}${complaints}`);
  }
}
