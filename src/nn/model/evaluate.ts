// evaluate: the loss and the metrics over given data, without training.
import { CallbackList } from '../callbacks/callback-list.js';
import type { Logs } from '../callbacks/callback.js';
import { Progress } from '../progress/progress.js';
import type { Compiled } from './compiled.js';
import type { ModelData } from './data.js';
import type { MetricSet } from './metric-set.js';
import { checkEvaluateOptions, type EvaluateOptions } from './options.js';
import { Breather, Pace } from './pace.js';
import { passOver, prepare, weighted, type Prepared } from './prepare.js';
import type { RunnableModel } from './prepare-input.js';
import { runPass, type PassRun } from './run-pass.js';
import { throwIfAborted } from './stopping.js';
import { sampleWeights } from './sample-weights.js';
import { testStep } from './steps.js';

/** An evaluation that can be run again and again on the same data. */
export interface TestPass {
  readonly steps: number;
  readonly metrics: MetricSet;
  /** Gives the numbers by name, sorted. */
  run(options: Omit<PassRun, 'phase' | 'logs' | 'isStopped'>): Promise<Logs>;
  /** Ends its use, and gives back the memory that the data takes in the backend. */
  release(): void;
}

/** Prepares an evaluation of `data`. */
export async function testPass(
  model: RunnableModel,
  compiled: Compiled,
  data: Prepared,
  batchSize: number,
): Promise<TestPass> {
  const lease = await compiled.passes.lease('evaluate', data.origin, String(batchSize), async () => {
    const made = compiled.newMetrics(data.y.shape, data.outputShape);
    const over = await passOver(data, { batchSize, ordered: false }, (batch, rows) => {
      testStep(model, compiled.measured.loss, made, batch, rows);
    });
    return { pass: over, metrics: made };
  });
  const { pass, metrics } = lease;
  return {
    steps: pass.steps,
    metrics,
    run: async (options) => {
      const { callbacks } = options;
      pass.start();
      metrics.reset();
      await callbacks.call('onTestBegin', {});
      options.progress?.begin(pass.steps);
      await runPass(pass, { ...options, phase: 'Test', logs: () => metrics.logs(), isStopped: () => false });
      const logs = await metrics.logs();
      await callbacks.call('onTestEnd', logs);
      options.progress?.finish(logs);
      return logs;
    },
    release: () => lease.release(),
  };
}

/** The numbers by name, in the order of compile. */
export async function evaluate(
  model: RunnableModel,
  compiled: Compiled,
  x: ModelData,
  y: ModelData,
  options: EvaluateOptions,
): Promise<[name: string, value: number][]> {
  const { batchSize, verbose, callbacks: given, signal } = checkEvaluateOptions(options);
  const callbacks = new CallbackList(given);
  throwIfAborted(signal, 'evaluate', 'before its first step');
  const { sampleWeight } = options;
  let data = await prepare(model, compiled, 'evaluate', x, y);
  if (sampleWeight !== undefined)
    data = weighted(data, await sampleWeights('evaluate: sampleWeight', sampleWeight, data.y));
  const pass = await testPass(model, compiled, data, batchSize);
  const progress = new Progress(callbacks.showsProgress ? 0 : verbose);
  callbacks.begin(model, { verbose, epochs: 1, steps: pass.steps });
  try {
    await pass.run({ what: 'evaluate', callbacks, progress, signal, pace: new Pace(), breather: new Breather() });
    return await pass.metrics.results();
  } finally {
    progress.abandon();
    pass.release();
  }
}
