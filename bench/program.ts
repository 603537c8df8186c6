// A program that trains a network with Nacre as a user's does, in a process of its own, and prints a line of JSON when it
// has done what it is asked for: a ProgramTask, as JSON, in its only argument.
import { readFileSync } from 'node:fs';
import { datasets } from 'nacre';
import type { Reply } from './child.js';
import { Unavailable } from './implementation.js';
import { startBackend } from './nacre-backend.js';
import { createModel, loadSamples, mostSamples } from './networks.js';
import type { ProgramResult, ProgramTask } from './processes.js';

/** The most that was resident since the process runs its program; what it was before it did so does not count. */
function peakBytes(): number {
  let status: string;
  try {
    status = readFileSync('/proc/self/status', 'utf8');
  } catch {
    throw new Unavailable('not available: only Linux tells the most memory of a process in /proc/self/status');
  }
  return 1024 * Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)![1]);
}

async function run(task: ProgramTask): Promise<ProgramResult> {
  await startBackend(task.backend, task.threads);
  const model = createModel(task);
  const [x, y] = await loadSamples(mostSamples);
  let loss = NaN;
  const onTrainBatchEnd = (step: number, logs: { readonly loss?: number }): void => {
    // The loss that is shown is the mean since the epoch began.
    if (step + 1 === task.lossSteps) loss = logs.loss ?? NaN;
    if (step + 1 === task.steps) model.stopTraining = true;
  };
  await model.fit(x, y, {
    batchSize: task.batchSize,
    epochs: task.epochs,
    shuffle: task.what !== 'memory',
    verbose: 0,
    // A callback for each step would keep steps from running many in a call.
    ...(task.steps === null ? {} : { callbacks: { onTrainBatchEnd } }),
  });
  switch (task.what) {
    case 'start':
      return {};
    case 'memory':
      return { loss, peakBytes: peakBytes() };
    case 'trained': {
      const [, [xTest, yTest]] = await datasets.mnist.load();
      const [, accuracy] = await model.evaluate(xTest.div(255), yTest, { verbose: 0 });
      return { accuracy: accuracy! };
    }
  }
}

async function reply(): Promise<Reply> {
  try {
    return { value: await run(JSON.parse(process.argv[2]!) as ProgramTask) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof Unavailable ? { unavailable: message } : { error: message };
  }
}

console.log(JSON.stringify(await reply()));
