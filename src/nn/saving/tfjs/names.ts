// Which weight of a TensorFlow.js file belongs to which weight of a model: by the names that TensorFlow.js, Keras 2 and
// Keras 3 give weights, or one after the other.
import type { FoundWeights, LayerOutline, MatchOptions, NamedArrays, WeightOutline } from '../format.js';

/** A weight with the layer that it is of. */
interface Owned {
  readonly layer: LayerOutline;
  readonly weight: WeightOutline;
  /** Which of the layer's weights it is. */
  readonly index: number;
}

function ownedIn(layers: readonly LayerOutline[]): Owned[] {
  return layers.flatMap((layer) => [
    ...layer.weights.map((weight, index) => ({ layer, weight, index })),
    ...ownedIn(layer.layers),
  ]);
}

/** What Keras 2 and TensorFlow.js call weights that Keras 3 calls otherwise. */
const olderNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DepthwiseConv2D: { kernel: 'depthwise_kernel' },
};

/** The name of a weight in a file for TensorFlow.js: the layer's, and its own, without the models around it. */
export function tfjsNames(layers: readonly LayerOutline[]): ReadonlyMap<string, string> {
  return new Map(ownedIn(layers).map((owned) => [owned.weight.path, `${owned.layer.name}/${ownName(owned)}`]));
}

function ownName({ layer, weight }: Owned): string {
  return olderNames[layer.className]?.[weight.name] ?? weight.name;
}

/**
 * The weight that a name of a file means, by the parts of the name: `dense/kernel`, `sequential/dense/kernel` (models
 * around it), `lstm/lstm_cell/kernel` (a cell in between), `dense/kernel:0`, and Keras 3's `dense/vars/0`.
 */
function ownerOf(name: string, owners: readonly Owned[]): Owned | undefined {
  const parts = name.replace(/:\d+$/, '').split('/');
  const last = parts.pop()!;
  const around = parts.filter((part) => part !== 'vars');
  const named = owners.filter(({ layer, weight, index }) => {
    const own = ownName({ layer, weight, index });
    const isThis = last === own || last === weight.name || (/^\d+$/.test(last) && Number(last) === index);
    return isThis && around.includes(layer.name);
  });
  // The innermost layer that the name has: models and cells may be called like layers.
  const depth = ({ layer }: Owned): number => around.lastIndexOf(layer.name);
  return named.sort((a, b) => depth(b) - depth(a))[0];
}

/** By name, or, where the layers have other names, in the order of the file. */
export function matchWeights(
  layers: readonly LayerOutline[],
  weights: NamedArrays,
  { byName = false }: MatchOptions,
): FoundWeights {
  const owners = ownedIn(layers);
  const found = new Map<string, { name: string; array: NonNullable<ReturnType<NamedArrays['get']>> }>();
  const leftOver = new Map(weights);
  for (const [name, array] of weights) {
    const owner = ownerOf(
      name,
      owners.filter(({ weight }) => !found.has(weight.path)),
    );
    if (!owner) continue;
    found.set(owner.weight.path, { name, array });
    leftOver.delete(name);
  }
  if (byName || leftOver.size === 0 || weights.size !== owners.length) return { found, leftOver };
  const inOrder = [...weights];
  return {
    found: new Map(
      owners.map(({ weight }, index) => {
        const [name, array] = inOrder[index]!;
        return [weight.path, { name, array }];
      }),
    ),
    leftOver: new Map(),
  };
}
