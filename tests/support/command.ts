// Runs the built command `nacre` as a user does, in a process of its own.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command. */
export const commandFile = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How it ended. */
export interface Ended {
  /** The exit code, or the signal that ended it. */
  readonly code: number | string | null;
  readonly output: string;
  readonly complaints: string;
}

export interface Surroundings {
  /** The folder it is called in. */
  readonly cwd?: string;
  /** Told all that it has printed whenever it prints, and may send it a signal. */
  readonly listener?: (printed: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs `nacre` with these words, and these variables added to the environment, until it ends. */
export function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  { cwd, listener }: Surroundings = {},
): Promise<Ended> {
  // Of the variables of this process those that the command reads must not count.
  const { NACRE_BACKEND: _backend, NACRE_ISA: _isa, NACRE_DEBUG: _debug, FORCE_COLOR: _colour, ...own } = process.env;
  const child = spawn(process.execPath, [commandFile, ...args], {
    env: { ...own, ...environment },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output, complaints }));
  });
}
