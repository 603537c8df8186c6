import { describe, expect, test } from 'vitest';
import { forEachBackend } from '../../../tests/support/engine.js';
import { expectNear } from '../../../tests/support/keras.js';
import { ShapeError } from '../../base/errors.js';
import { ones, scalar, tensor } from '../../tensor/creation.js';
import { variableGradients } from '../../tensor/grad.js';
import { Variable } from '../../tensor/variable.js';
import { dropout } from './dropout.js';
import type { CallContext } from './layer.js';

const training = (step: number, seed = 7): CallContext => ({ training: true, step: scalar(step, 'int32'), seed });

forEachBackend(() => {
  describe('dropout in training', () => {
    test('drops the given share of the elements and scales up the others', async () => {
      const values = await dropout({ rate: 0.2 })
        .call(ones([100, 100]), training(0))
        .data();
      const dropped = values.filter((value) => value === 0).length;
      // 10,000 decisions of probability 0.2: the standard deviation of their number is 40.
      expect(Math.abs(dropped - 2000)).toBeLessThan(200);
      const kept = values.filter((value) => value !== 0);
      expectNear(kept, new Array<number>(kept.length).fill(1.25), 1e-6);
    });

    test('drops others in another step, another layer and with another seed, and the same ones again', async () => {
      const layer = dropout({ rate: 0.5 });
      const mask = async (of: typeof layer, context: CallContext): Promise<string> =>
        (await of.call(ones([64]), context).data()).join();
      const first = await mask(layer, training(3));
      expect(await mask(layer, training(3))).toBe(first);
      expect(await mask(layer, training(4))).not.toBe(first);
      expect(await mask(layer, training(3, 8))).not.toBe(first);
      expect(await mask(dropout({ rate: 0.5 }), training(3))).not.toBe(first);
    });

    test('with a seed of its own does not depend on that of the run', async () => {
      const layer = dropout({ rate: 0.5, seed: 1 });
      const first = await layer.call(ones([64]), training(0, 2)).data();
      expect([...(await layer.call(ones([64]), training(0, 3)).data())]).toEqual([...first]);
    });

    test('passes the gradient through the same mask', async () => {
      const layer = dropout({ rate: 0.3 });
      const x = new Variable(ones([50]));
      const output = layer.call(x.value, training(1));
      const { gradients } = variableGradients(() => layer.call(x.value, training(1)).sum(), [x]);
      expectNear(await gradients[0]!.data(), await output.data(), 1e-6);
    });

    test('shares a decision along axes where noiseShape is 1', async () => {
      const layer = dropout({ rate: 0.5, noiseShape: [null, 1, null] });
      const values = (await layer.call(ones([2, 3, 8]), training(0)).array()) as number[][][];
      for (const sample of values) for (const row of sample) expect(row).toEqual(sample[0]);
      expect(new Set(values.flat(2))).toEqual(new Set([0, 2]));
    });

    test('of rate 1 leaves nothing, and does not turn infinity into NaN', async () => {
      expect(
        await dropout({ rate: 1 })
          .call(tensor([1, 2]), training(0))
          .array(),
      ).toEqual([0, 0]);
      const values = await dropout({ rate: 0.5 })
        .call(ones([64]).mul(Infinity), training(0))
        .data();
      expect(new Set(values)).toEqual(new Set([0, Infinity]));
    });
  });
});

describe('dropout', () => {
  test('at inference, and of rate 0, passes on its input', () => {
    const x = ones([4]);
    expect(dropout({ rate: 0.5 }).call(x, { ...training(0), training: false })).toBe(x);
    expect(dropout({ rate: 0 }).call(x, training(0))).toBe(x);
  });

  test('refuses rates that are no fraction and masks that do not fit', () => {
    expect(() => dropout({ rate: 20 })).toThrow('layers.dropout: rate: expected a number from 0 to 1, received 20.');
    expect(() => dropout({} as never)).toThrow('received undefined');
    expect(() => dropout({ rate: 0.5, seed: 1.5 })).toThrow('seed');
    expect(() => dropout({ rate: 0.5, noiseShape: 3 as never })).toThrow('noiseShape');
    expect(() => dropout({ rate: 0.5, noiseShape: [null, 3] }).call(ones([2, 4]), training(0))).toThrow(ShapeError);
    expect(() => dropout({ rate: 0.5, noiseShape: [null] }).call(ones([2, 4]), training(0))).toThrow(
      'expected inputs that noiseShape [null] broadcasts to, received [2, 4]',
    );
  });
});
