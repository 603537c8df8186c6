// Trains a network on the whole of MNIST for some steps, in a process of its own: says when the first is done, and in
// the end how much memory was resident at most. Arguments: workload, backend, threads, steps.
import { Unavailable } from './implementation.js';
import { startBackend } from './nacre-backend.js';
import { createModel, loadSamples, mostSamples } from './networks.js';
import { batchSize, workloads } from './workloads.js';

/** What the process tells of itself. */
export type Message =
  { readonly firstStep: true } | { readonly residentBytes: number } | { readonly unavailable: string };

const [workload, backend, threads, steps] = process.argv.slice(2);
const tell = (message: Message): void => void process.send!(message);

async function train(): Promise<void> {
  await startBackend(backend!, Number(threads));
  const model = createModel(workloads[workload as 'first' | 'cnn']);
  const [x, y] = await loadSamples(mostSamples);
  await model.fit(x, y, {
    batchSize,
    verbose: 0,
    callbacks: {
      onTrainBatchEnd: (step) => {
        if (step === 0) tell({ firstStep: true });
        if (step + 1 >= Number(steps)) model.stopTraining = true;
      },
    },
  });
  tell({ residentBytes: process.resourceUsage().maxRSS * 1024 });
}

try {
  await train();
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  tell({ unavailable: error.message });
}
process.disconnect();
