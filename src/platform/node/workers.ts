// Worker threads of Node, started from source text.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Workers } from '../../base/workers.js';
import { atExit } from './at-exit.js';

export const nodeWorkers: Workers = {
  processors: availableParallelism(),
  canShareMemory: true,
  callerMayWait: true,
  onExit: atExit,
  start(script, name, listener) {
    // The program's own flags (loaders, inspectors, NODE_OPTIONS) are not for a script that loads nothing; leaving them
    // out also makes it start sooner.
    const worker = new Worker(script, { eval: true, name, execArgv: [], env: {} });
    let terminated = false;
    let reason: string | undefined;
    worker.on('message', (value: unknown) => listener.message(value));
    worker.on('messageerror', (error) => listener.failed(`sent what could not be read: ${error.message}`));
    // An error is always followed by the exit.
    worker.on('error', (error: unknown) => (reason ??= `ended with an error: ${String(error)}`));
    worker.on('exit', (code) => {
      if (!terminated) listener.failed(reason ?? `ended with exit code ${code}`);
    });
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer),
      hold: () => worker.ref(),
      release: () => worker.unref(),
      terminate: async () => {
        terminated = true;
        await worker.terminate();
      },
    };
  },
};
