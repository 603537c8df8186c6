// Runs the built command `nacre` as a user does, in a process of its own.
import { fileURLToPath } from 'node:url';
import { runNode, type Listener } from './programs.js';

/** The built command. */
export const commandFile = fileURLToPath(new URL('../../dist/node/cli.js', import.meta.url));

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
  readonly listener?: Listener;
}

/** Runs `nacre` with these words, and these variables added to the environment, until it ends. */
export async function runCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  { cwd, listener }: Surroundings = {},
): Promise<Ended> {
  // Of the variables of this process those that the command reads must not count.
  const { NACRE_BACKEND: _backend, NACRE_ISA: _isa, NACRE_DEBUG: _debug, FORCE_COLOR: _colour, ...own } = process.env;
  const env = { ...own, ...environment };
  const { code, signal, output, complaints } = await runNode([commandFile, ...args], listener, { cwd, env });
  return { code: code ?? signal, output, complaints };
}
