// Infers with onnxruntime-node, where it is installed: the same network and weights, as Nacre writes them as ONNX.
import { createRequire } from 'node:module';
import { checkProbabilities } from './checks.js';
import { npmRemedy, Unavailable, type Implementation, type Setting } from './implementation.js';
import { createModel, loadSamples } from './networks.js';
import { repository } from './repository.js';
import { timeCalls } from './timing.js';
import { checkedRows } from './workloads.js';

const require = createRequire(new URL('bench/package.json', repository));

/** What is used of it. */
interface Runtime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: {
        readonly intraOpNumThreads: number;
        readonly interOpNumThreads: number;
        readonly freeDimensionOverrides: Readonly<Record<string, number>>;
      },
    ): Promise<Session>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => unknown;
}

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, { readonly data: Float32Array }>>>;
}

/** What is measured. */
export function version(): string {
  return `onnxruntime ${(require('onnxruntime-node/package.json') as { readonly version: string }).version}`;
}

function load(): Runtime {
  try {
    return require('onnxruntime-node') as Runtime;
  } catch (error) {
    // The package may be there without a library for this machine.
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    throw new Unavailable(reason.includes('onnxruntime-node') ? npmRemedy : `not installed: ${reason}`);
  }
}

export async function create({ workload, threads, samples }: Setting): Promise<Implementation> {
  if (workload.kind !== 'inference') throw new Error('onnxruntime is measured on inference only.');
  const { InferenceSession, Tensor } = load();
  const { batchSize } = workload;
  const model = createModel(workload);
  const imageShape = model.inputShape.slice(1) as readonly number[];
  const bytes = await model.toBytes({ format: 'onnx' });
  const [x] = await loadSamples(Math.max(batchSize, checkedRows));
  const images = Float32Array.from(await x.data());
  const start = async (batch: number): Promise<(first: number) => Promise<Float32Array>> => {
    const session = await InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // The file leaves the batch open; what is measured has a fixed one.
      freeDimensionOverrides: { batch },
    });
    const [input, output] = [session.inputNames[0]!, session.outputNames[0]!];
    return async (first) => {
      const data = images.subarray(784 * first, 784 * (first + batch));
      return (await session.run({ [input]: new Tensor('float32', data, [batch, ...imageShape]) }))[output]!.data;
    };
  };
  const predict = await start(batchSize);
  return {
    check: async (expected) => {
      if (expected.kind !== 'inference') throw new Error('Inference is held to inference.');
      const found: number[] = [];
      for (let row = 0; row < checkedRows; row += batchSize) found.push(...(await predict(row)));
      return checkProbabilities(found, expected.probabilities);
    },
    round: async () => (await timeCalls(() => predict(0), samples)).map((microseconds) => microseconds / batchSize),
  };
}
