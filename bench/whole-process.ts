// What is measured over a whole process: the time from its start until its first training step is done, and its memory.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Message } from './first-step.js';
import { Unavailable } from './implementation.js';

export interface WholeProcess {
  /** From the start of the process to the end of its first step. */
  readonly seconds: number;
  /** The most memory that was resident. */
  readonly residentBytes: number;
}

/**
 * Trains in a process of its own for some steps.
 * @throws Unavailable where the backend does not run on this machine
 */
export function measureProcess(
  workload: 'first' | 'cnn',
  backend: string,
  threads: number,
  steps: number,
): Promise<WholeProcess> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    const program = fileURLToPath(new URL('first-step.js', import.meta.url));
    const child = fork(program, [workload, backend, String(threads), String(steps)], {
      stdio: ['ignore', process.stderr.fd, process.stderr.fd, 'ipc'],
    });
    let seconds = NaN;
    let residentBytes = NaN;
    child.on('message', (message: Message) => {
      if ('unavailable' in message) reject(new Unavailable(message.unavailable));
      else if ('firstStep' in message) seconds = (performance.now() - begin) / 1000;
      else residentBytes = message.residentBytes;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve({ seconds, residentBytes });
      else reject(new Error(`The process that trains ${workload} ended with ${code}.`));
    });
  });
}
