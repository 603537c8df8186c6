// Runs another program to its end, without a shell.
import { messageOf } from '../../base/errors.js';
import { atExit } from './at-exit.js';

export interface ProcessOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What it reads from its standard input. */
  readonly input?: string;
  /** Ends it early. What it started itself is not waited for. */
  readonly signal?: AbortSignal | undefined;
}

export interface ProcessResult {
  /** What it wrote to its standard output. */
  readonly output: string;
  /** Undefined when it succeeded; else what it wrote to its standard error, or how it ended. */
  readonly complaint: string | undefined;
}

/** More of what a program complains of than anybody reads. */
const complaintLimit = 1 << 16;

export async function runProcess(
  program: string,
  args: readonly string[],
  { environment, input = '', signal }: ProcessOptions,
): Promise<ProcessResult> {
  const { spawn } = await import('node:child_process');
  if (signal?.aborted) return { output: '', complaint: 'was not started' };
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: environment, stdio: 'pipe', windowsHide: true });
    const withdraw = atExit(() => child.kill());
    const stop = (): void => {
      child.kill();
      child.stdout.destroy();
      child.stderr.destroy();
    };
    signal?.addEventListener('abort', stop, { once: true });
    let output = '';
    let complaint = '';
    const end = (result: ProcessResult): void => {
      withdraw();
      signal?.removeEventListener('abort', stop);
      resolve(result);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (complaint.length < complaintLimit) complaint += text;
    });
    // A program that ends before it has read everything says why in other ways.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', (error) => end({ output, complaint: `could not be started: ${messageOf(error)}` }));
    child.on('close', (exitCode, endedBy) => {
      const ending = endedBy === null ? `ended with exit code ${exitCode}` : `was ended by ${endedBy}`;
      end({ output, complaint: exitCode === 0 ? undefined : complaint.trim() === '' ? ending : complaint.trim() });
    });
  });
}
