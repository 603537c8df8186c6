// Single computations with Nacre: a compiled program that is repeated, or one that is called.
import { compile, conv2d, optimizers, tensor, valueAndGrad, variable, zeros, type Tensor, type Variable } from 'nacre';
import { checkSpots } from './checks.js';
import type { Implementation } from './implementation.js';
import { adam, checkedAdamSteps, inputsOf, layerNormEpsilon, values } from './kernels.js';
import { timeBundles, timeCalls } from './timing.js';
import type { ConvolutionTask, Kernel, KernelTask, MatmulTask } from './workloads.js';

type Operands = Readonly<Record<string, Tensor>>;

/** Results by name, and what a step leaves in them. Results stay where they are computed, so that only computing counts. */
interface Computation {
  readonly results: Readonly<Record<string, Variable>>;
  readonly step: () => void;
}

function multiply({ operands, chain }: MatmulTask, a: Tensor, b: Tensor): Tensor {
  let y = operands === 'tn' ? b : a;
  for (let link = 0; link < chain; link++) {
    if (operands === 'tn') y = a.transpose().matMul(y);
    else y = y.matMul(operands === 'nt' ? b.transpose() : b);
  }
  return y;
}

function convolve(task: ConvolutionTask, { x, weights, upstream }: Operands): { y: Tensor; dx: Tensor; dw: Tensor } {
  const options = { strides: task.stride, padding: task.padding, groups: task.depthwise ? task.channels : 1 };
  let y: Tensor | undefined;
  const [, [dx, dw]] = valueAndGrad((image, kernel) => {
    y = conv2d(image, kernel, options);
    return y.mul(upstream!).sum();
  })(x!, weights!);
  return { y: y!, dx: dx!, dw: dw! };
}

function normalize({ x, gamma, beta }: Operands): Tensor {
  const centred = x!.sub(x!.mean(-1, true));
  const deviation = centred.square().mean(-1, true).add(layerNormEpsilon).rsqrt();
  return centred.mul(deviation).mul(gamma!).add(beta!);
}

function resultsOf(task: KernelTask, operands: Operands): Readonly<Record<string, Tensor>> {
  const { a, b, x, z } = operands;
  switch (task.task) {
    case 'matmul':
      return { y: multiply(task, a!, b!) };
    case 'convolution':
      return convolve(task, operands);
    case 'softmax':
      return { y: x!.softmax() };
    case 'layer-norm':
      return { y: normalize(operands) };
    case 'elementwise':
      return { y: x!.mul(1.5).add(z!).maximum(0).sub(x!.mul(0.5)) };
    case 'adam':
      throw new Error('Adam changes its weights in place.');
  }
}

function computationOf(task: KernelTask, operands: Operands): Computation {
  if (task.task === 'adam') {
    const weights = variable(operands.weights!);
    const optimizer = optimizers.adam({
      learningRate: adam.rate,
      beta1: adam.beta1,
      beta2: adam.beta2,
      epsilon: adam.epsilon,
    });
    optimizer.build([weights]);
    return { results: { weights }, step: () => optimizer.applyGradients([operands.gradient!], [weights]) };
  }
  // Nothing is computed here: the shapes are all that is asked for.
  const shapes = Object.entries(resultsOf(task, operands));
  const results = Object.fromEntries(shapes.map(([name, { shape }]) => [name, variable(zeros(shape))]));
  return {
    results,
    step: () => {
      for (const [name, value] of Object.entries(resultsOf(task, operands))) results[name]!.assign(value);
    },
  };
}

/** Does it at most `most` times in a bundle, or in a round of calls. */
export function createKernel({ task, byCall, reads }: Kernel, most: number): Implementation {
  const operands = Object.fromEntries(
    Object.entries(inputsOf(task)).map(([name, input]) => [name, tensor(values(input), input.shape)]),
  );
  const { results, step } = computationOf(task, operands);
  const repeated = compile(step);
  const called = compile((a: Tensor, b: Tensor) => multiply(task as MatmulTask, a, b));
  const call = async (): Promise<ArrayLike<number>> => (await called(operands.a!, operands.b!)).data();
  // A product counts as one, of however many a program makes a chain.
  const samples = task.task === 'matmul' ? task.chain : 1;
  return {
    check: async (expected) => {
      if (expected.kind !== 'kernel') throw new Error('A computation is held to a computation.');
      const { spots } = expected;
      if (reads) {
        const y = await call();
        return checkSpots([spots[0]!.positions.map((position) => y[position]!)], spots);
      }
      await repeated.repeat(task.task === 'adam' ? checkedAdamSteps : 1);
      const found = spots.map(async ({ name, positions }) => {
        const all = await results[name]!.value.data();
        return positions.map((position) => all[position]!);
      });
      return checkSpots(await Promise.all(found), spots);
    },
    round: async () => {
      const once = reads ? call : () => repeated();
      const times = byCall ? await timeCalls(once, most) : await timeBundles((count) => repeated.repeat(count), most);
      return times.map((microseconds) => microseconds / samples);
    },
  };
}
