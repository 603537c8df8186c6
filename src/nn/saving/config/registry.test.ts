// Layers of the user's own: registered they come back by themselves, and those of a file can be mapped.
import { beforeEach, expect, test } from 'vitest';
import { useBackend } from '../../../../tests/support/engine.js';
import { ones, tensor } from '../../../tensor/creation.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Variable } from '../../../tensor/variable.js';
import { initializers } from '../../../api.js';
import * as layers from '../../layers/index.js';
import { sequential } from '../../model/sequential.js';
import { clearNames } from '../../naming.js';
import { loadModel } from '../load-model.js';
import { registerLayer } from './registry.js';

useBackend();
beforeEach(clearNames);

interface ScaleOptions extends layers.LayerOptions {
  readonly start?: number;
}

/** Multiplies each feature by a weight of its own. */
class Scale extends layers.Layer {
  readonly className: string = 'Scale';
  readonly #start: number;
  #factor: Variable | undefined;

  constructor(options: ScaleOptions = {}) {
    super('Scale', options);
    this.#start = options.start ?? 1;
  }

  protected override build(shape: layers.PartialShape): void {
    this.#factor = this.addWeight('factor', [shape.at(-1)!], initializers.constant(this.#start));
  }

  override computeOutputShape(shape: layers.PartialShape): layers.PartialShape {
    return shape;
  }

  override call(x: Tensor): Tensor {
    return x.mul(this.made(this.#factor));
  }

  protected override ownConfig(): Record<string, unknown> {
    return { start: this.#start };
  }
}

class Twice extends Scale {
  override readonly className = 'Twice';
}

const scaled = (layer: layers.Layer) => sequential([layers.input({ shape: [2] }), layer, layers.dense({ units: 2 })]);
const x = tensor([[1, 2]]);

test('a registered class is saved by its registered name and comes back without customObjects', async () => {
  expect(registerLayer(Scale, { package: 'mine' })).toBe(Scale);
  const model = scaled(new Scale({ start: 3 }));
  const config = model.getConfig() as { layers: object[] };
  expect(config.layers[1]).toMatchObject({
    module: null,
    class_name: 'Scale',
    registered_name: 'mine>Scale',
    config: { name: 'scale', start: 3 },
  });
  const again = await loadModel(await model.toBytes());
  expect(again.layers[0]).toBeInstanceOf(Scale);
  expect(again.getConfig()).toEqual(model.getConfig());
  expect(await (await again.predict(x, { verbose: 0 })).data()).toEqual(
    await (await model.predict(x, { verbose: 0 })).data(),
  );
});

test('a function is found by the name of the class that it makes', async () => {
  registerLayer((options: ScaleOptions) => new Twice({ ...options, start: 2 }), { name: 'Twice' });
  const bytes = await scaled(new Twice({ name: 'own' })).toBytes();
  const again = await loadModel(bytes);
  expect(again.layers[0]).toBeInstanceOf(Twice);
  expect(again.layers[0]!.name).toBe('own');
  expect((again.getConfig() as { layers: object[] }).layers[1]).toMatchObject({ registered_name: 'Custom>Twice' });
  // What is given for one call comes first.
  const other = await loadModel(bytes, { customObjects: { Twice: Scale } });
  expect(other.layers[0]).not.toBeInstanceOf(Twice);
});

test.each<[string, () => unknown, RegExp]>([
  ['no function', () => registerLayer({} as never), /a class or a function that makes a layer, received an object/],
  ['no name', () => registerLayer(() => new Scale()), /name as a text without '>' and '\/', received ''/],
  ['a name with a part', () => registerLayer(Scale, { name: 'a>b' }), /received 'a>b'/],
  ['a package with a slash', () => registerLayer(Scale, { package: 'a/b' }), /package as a text/],
  ['an unknown option', () => registerLayer(Scale, { packages: 'a' } as object), /Did you mean 'package'/],
])('refused: %s', (_what, register, message) => {
  expect(register).toThrow(message);
});

test('a layer of the file that does not exist here is mapped, and gets its weights', async () => {
  class Foreign extends Scale {
    override readonly className = 'Foreign';
  }
  const model = scaled(new Foreign({ name: 'foreign' }));
  model.setWeights([tensor([5, 7]), ones([2, 2]), tensor([0, 1])]);
  const bytes = await model.toBytes();
  await expect(loadModel(bytes)).rejects.toThrow(/'foreign' \(Foreign\): there is no such layer/);
  const again = await loadModel(bytes, {
    mapLayer: ({ className, name }) => (className === 'Foreign' ? new Scale({ name }) : undefined),
  });
  expect([...(await (await again.predict(x, { verbose: 0 })).data())]).toEqual([19, 20]);
  // Another name: weights are found in order.
  const renamed = await loadModel(bytes, {
    mapLayer: ({ className }) => (className === 'Foreign' ? new Scale() : undefined),
  });
  expect([...(await (await renamed.predict(x, { verbose: 0 })).data())]).toEqual([19, 20]);
  // Where a format finds layers by their class, it is the file's.
  for (const format of ['keras', 'h5']) {
    const mapped = await loadModel(await model.toBytes({ format }), {
      mapLayer: ({ className }) => (className === 'Foreign' ? new Scale() : undefined),
    });
    expect([...(await (await mapped.predict(x, { verbose: 0 })).data())]).toEqual([19, 20]);
  }
  await expect(loadModel(bytes, { mapLayer: 3 as never })).rejects.toThrow(/expected mapLayer to be a function/);
});
