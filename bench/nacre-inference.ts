// Class probabilities with Nacre, as users ask for them: by predict, or by a compiled function of their own.
import { compile, type Tensor } from 'nacre';
import { checkProbabilities } from './checks.js';
import type { Reference } from './implementation.js';
import { createModel, loadSamples } from './networks.js';
import { timeCalls } from './timing.js';
import { checkedRows, type Inference } from './workloads.js';

/** Asks for a batch at a time; at most `mostCalls` times a round. */
export function createInference(workload: Inference, mostCalls: number, byCompiledFunction: boolean): Reference {
  const { batchSize } = workload;
  const model = createModel(workload);
  const compiled = compile((x: Tensor) => model.apply(x));
  const predict = async (x: Tensor): Promise<ArrayLike<number>> => {
    const probabilities = byCompiledFunction
      ? await compiled(x)
      : await model.predict(x, { batchSize: Math.max(batchSize, checkedRows), verbose: 0 });
    return probabilities.data();
  };
  /** Images whose values are there, as a user's are. */
  const images = async (count: number): Promise<Tensor> => {
    const [x] = await loadSamples(count);
    await x.data();
    return x;
  };
  let batch: Tensor | undefined;
  return {
    expectation: async () => ({
      kind: 'inference',
      probabilities: Array.from(await predict(await images(checkedRows))),
    }),
    check: async (expected) => {
      if (expected.kind !== 'inference') throw new Error('Inference is held to inference.');
      const found: number[] = [];
      const x = await images(checkedRows);
      // In batches of the size that is timed, where that is the smaller one.
      const rows = Math.min(batchSize, checkedRows);
      for (let row = 0; row < checkedRows; row += rows)
        found.push(...Array.from(await predict(x.slice([row, row + rows]))));
      return checkProbabilities(found, expected.probabilities);
    },
    round: async () => {
      const x = (batch ??= await images(batchSize));
      return (await timeCalls(() => predict(x), mostCalls)).map((microseconds) => microseconds / batchSize);
    },
  };
}
