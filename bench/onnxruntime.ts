// Infers with onnxruntime-node, where it is installed: the same network and weights, as Nacre writes them as ONNX.
import { checkProbabilities } from './checks.js';
import type { Implementation, Setting } from './implementation.js';
import { createModel, loadSamples } from './networks.js';
import { loadOnnxruntime, onnxruntimeVersion } from './peer-packages.js';
import { timeCalls } from './timing.js';
import { checkedRows } from './workloads.js';

export { onnxruntimeVersion as version };

export async function create({ workload, threads, samples }: Setting): Promise<Implementation> {
  if (workload.kind !== 'inference') throw new Error('onnxruntime is measured on inference only.');
  const { InferenceSession, Tensor } = loadOnnxruntime();
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
