import { describe, expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { expectNear } from '../../../tests/support/keras.js';
import { ShapeError, StateError } from '../../base/errors.js';
import { compile } from '../../tensor/compile.js';
import { ones, tensor, zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import { clipByGlobalNorm, clipByNorm, clipByValue } from './clipping.js';
import { adam, rmsprop, sgd, type Optimizer } from './index.js';
import { resolveOptimizer } from './resolve.js';
import { exponentialDecay } from './schedules/index.js';

const weight = (name = 'dense/kernel', shape: number[] = [2]): Variable => new Variable(ones(shape), { name });

forEachBackend((backend) => {
  test('a new learning rate reaches a compiled step', async () => {
    const optimizer = sgd(0.5);
    const w = weight();
    let traces = 0;
    const step = compile((gradient: Tensor) => {
      traces++;
      optimizer.applyGradients([gradient], [w]);
    });
    const gradient = ones([2]);
    await step(gradient);
    expectNear(await w.value.data(), [0.5, 0.5]);
    optimizer.learningRate = 0.25;
    expect(optimizer.learningRate).toBe(0.25);
    await step(gradient);
    expectNear(await w.value.data(), [0.25, 0.25]);
    expect(traces).toBe(1);
    step.dispose();
  });

  test("a user's schedule is followed, step by step", async () => {
    const schedule = { className: 'Steps', rate: (step: Tensor) => step.add(1).cast('float32'), getConfig: () => ({}) };
    const optimizer = sgd({ learningRate: schedule });
    const w = new Variable(zeros([1]));
    const step = compile(() => optimizer.applyGradients([ones([1])], [w]));
    await step.repeat(3);
    expectNear(await w.value.data(), [-6]);
    step.dispose();
  });

  // Only the reference backend has float64.
  test.runIf(backend.name === 'reference')('float64 variables are updated in float64', async () => {
    const optimizer = adam({ learningRate: 0.1 });
    const w = new Variable(tensor([1], undefined, 'float64'));
    optimizer.applyGradients([tensor([0.5], undefined, 'float64')], [w]);
    expect(w.value.dtype).toBe('float64');
    expectNear(await w.value.data(), [0.9], 1e-5);
  });

  describe('clipping', () => {
    test('by norm shortens what is too long, and nothing else', async () => {
      expectNear(await clipByNorm(tensor([3, 4]), 1).data(), [0.6, 0.8]);
      expectNear(await clipByNorm(tensor([0.3, 0.4]), 1).data(), [0.3, 0.4]);
      expectNear(await clipByNorm(zeros([2]), 1).data(), [0, 0]);
    });

    test('by global norm shortens all by the same factor', async () => {
      const [a, b] = clipByGlobalNorm([tensor([3]), tensor([4])], 1);
      expectNear([...(await a!.data()), ...(await b!.data())], [0.6, 0.8]);
      expect(clipByGlobalNorm([], 1)).toEqual([]);
    });

    test('by value limits every element', async () => {
      expectNear(await clipByValue(tensor([-3, 0.2, 4]), 0.5).data(), [-0.5, 0.2, 0.5]);
    });
  });
});

describe('an optimizer', () => {
  const namesOf = (optimizer: Optimizer): string[] => {
    optimizer.build([weight('dense/kernel'), weight('dense/bias')]);
    return optimizer.variables.map(({ name }) => name);
  };

  test('keeps its variables in the order of Keras', () => {
    expect(namesOf(sgd())).toEqual(['sgd/iteration', 'sgd/learning_rate']);
    expect(namesOf(adam({ amsgrad: true }))).toEqual([
      'adam/iteration',
      'adam/learning_rate',
      'adam/dense_kernel_momentum',
      'adam/dense_kernel_velocity',
      'adam/dense_bias_momentum',
      'adam/dense_bias_velocity',
      'adam/dense_kernel_velocity_hat',
      'adam/dense_bias_velocity_hat',
    ]);
    const schedule = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 });
    expect(namesOf(rmsprop({ learningRate: schedule, momentum: 0.5, centered: true }))).toEqual([
      'rmsprop/iteration',
      'rmsprop/dense_kernel_velocity',
      'rmsprop/dense_bias_velocity',
      'rmsprop/dense_kernel_momentum',
      'rmsprop/dense_bias_momentum',
      'rmsprop/dense_kernel_average_gradient',
      'rmsprop/dense_bias_average_gradient',
    ]);
  });

  test('is built once', () => {
    const optimizer = adam();
    namesOf(optimizer);
    const before = optimizer.variables;
    optimizer.build([weight()]);
    expect(optimizer.variables).toEqual(before);
  });

  test('takes a rate, a schedule or options', () => {
    expect(adam().learningRate).toBe(0.001);
    expect(rmsprop().learningRate).toBe(0.001);
    expect(sgd().learningRate).toBe(0.01);
    expect(adam(0.5).learningRate).toBe(0.5);
    const schedule = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 });
    expect(adam(schedule).learningRate).toBe(schedule);
    expect(adam({ beta1: 0.5 }).getConfig()).toMatchObject({ beta_1: 0.5, beta_2: 0.999, epsilon: 1e-7 });
  });

  test('refuses gradients and variables that do not belong together', () => {
    const optimizer = sgd();
    const w = weight();
    expect(() => optimizer.applyGradients([], [w])).toThrow(
      'expected one gradient for each of 1 variables, received 0',
    );
    expect(() => optimizer.applyGradients([ones([3])], [w])).toThrow(ShapeError);
    expect(() => optimizer.applyGradients([ones([2])], [weight('other/kernel')])).toThrow(
      'Optimizer "sgd": variable "other/kernel" is not among those it was built for.',
    );
  });

  test('with a schedule does not take a number as rate, nor one with a number a schedule', () => {
    const schedule = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 });
    const scheduled = adam(schedule);
    expect(() => (scheduled.learningRate = 0.1)).toThrow(StateError);
    const plain = adam();
    expect(() => (plain.learningRate = schedule)).toThrow(StateError);
    expect(() => (plain.learningRate = NaN)).toThrow(
      'learningRate: expected a finite number of at least 0, received NaN',
    );
  });

  test('refuses options that do not exist or mean nothing', () => {
    expect(() => adam({ learningrate: 0.1 } as never)).toThrow("Did you mean 'learningRate'?");
    expect(() => adam({ clipnorm: 1 } as never)).toThrow("Did you mean 'clipNorm'?");
    expect(() => adam('0.1' as never)).toThrow('optimizers.adam: expected a learning rate, a schedule or options');
    expect(() => adam({ learningRate: '0.1' as never })).toThrow(
      "optimizers.adam: learningRate: expected a finite number of at least 0, received '0.1'.",
    );
    expect(() => adam({ beta1: 2 })).toThrow('optimizers.adam: beta1: expected a number from 0 to 1, received 2.');
    expect(() => sgd({ nesterov: true })).toThrow('nesterov needs a momentum above 0');
    expect(() => sgd({ clipNorm: 1, clipValue: 1 })).toThrow(
      'expected at most one of clipNorm, clipValue and globalClipNorm',
    );
    const schedule = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 });
    expect(() => rmsprop({ learningRate: schedule, decay: 0.1 })).toThrow('expected decay or a schedule');
  });

  test('is found by name in any spelling', () => {
    expect(['adam', 'Adam', 'SGD', 'RMSprop'].map((name) => resolveOptimizer(name).className)).toEqual([
      'Adam',
      'Adam',
      'SGD',
      'RMSprop',
    ]);
    const own = adam();
    expect(resolveOptimizer(own)).toBe(own);
    expect(() => resolveOptimizer('adan')).toThrow(
      "Unknown optimizer 'adan'. Did you mean 'adam'? Known: sgd, adam, rmsprop.",
    );
    for (const option of [undefined, null, 0.1, {}])
      expect(() => resolveOptimizer(option as never)).toThrow('optimizer: expected a name or an optimizer');
  });

  test("has Keras's configuration", () => {
    expect(sgd({ momentum: 0.9, clipNorm: 1 }).getConfig()).toEqual({
      name: 'sgd',
      learning_rate: 0.01,
      weight_decay: null,
      clipnorm: 1,
      global_clipnorm: null,
      clipvalue: null,
      momentum: 0.9,
      nesterov: false,
    });
    expect(rmsprop({ centered: true, name: 'r' }).getConfig()).toMatchObject({
      name: 'r',
      rho: 0.9,
      momentum: 0,
      epsilon: 1e-7,
      centered: true,
    });
    const schedule = exponentialDecay({ initialLearningRate: 0.01, decaySteps: 10000, decayRate: 0.9 });
    expect(adam(schedule).getConfig().learning_rate).toEqual({
      module: 'keras.optimizers.schedules',
      class_name: 'ExponentialDecay',
      config: {
        initial_learning_rate: 0.01,
        decay_steps: 10000,
        decay_rate: 0.9,
        staircase: false,
        name: 'ExponentialDecay',
      },
      registered_name: null,
    });
    expect(adam({ learningRate: 0.1, decay: 1e-6 }).getConfig().learning_rate).toMatchObject({
      class_name: 'InverseTimeDecay',
      config: { initial_learning_rate: 0.1, decay_steps: 1, decay_rate: 1e-6 },
    });
  });
});
