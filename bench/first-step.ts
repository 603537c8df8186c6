// Trains a network on the whole of MNIST for some steps, in a process of its own: says when the first is done, and in
// the end how much memory was resident at most. Arguments: workload, threads, steps.
import { setBackend } from 'nacre';
import { batchSize, createModel, loadSamples, type WorkloadName } from './workloads.js';

/** What the process tells of itself. */
export type Message = { readonly firstStep: true } | { readonly residentBytes: number };

const [workload, threads, steps] = process.argv.slice(2);
const tell = (message: Message): void => void process.send!(message);

await setBackend('wasm', { threads: Number(threads) });
const model = createModel(workload as WorkloadName);
const [x, y] = await loadSamples(60_000);
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
process.disconnect();
