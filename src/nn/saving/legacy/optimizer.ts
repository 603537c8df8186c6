// The state of an optimizer as Keras 1, 2 and 3 keep it in HDF5 files, in the order of Keras 3.
import type { NDArray } from '../../../base/ndarray.js';
import { isRecord, type Json } from '../../../formats/json.js';
import type { OptimizerState } from '../format.js';
import { numberIn } from '../keras/plain.js';
import type { StoredWeight } from './tree.js';

const rateName = 'optimizer/learning_rate';

/** What optimizers before Keras 2.11 call what they keep, in Keras 3's order, by class. */
const slotKinds: ReadonlyMap<string, readonly string[]> = new Map([
  ['Adam', ['m', 'v', 'vhat']],
  ['SGD', ['momentum']],
  ['RMSprop', ['rms', 'momentum', 'mg']],
]);

/**
 * Keras 3 keeps the iteration, the learning rate unless it follows a schedule, and then what it keeps of each variable:
 * for Adam, momentum and velocity of the first, those of the second. Keras 2.11 does so without the learning rate, and
 * before it all momentums came first.
 */
export function legacyOptimizerState(
  stored: readonly StoredWeight[],
  optimizer: Json | undefined,
): OptimizerState | undefined {
  const described = isRecord(optimizer) ? optimizer : {};
  const config = isRecord(described.config) ? described.config : {};
  const written = typeof described.class_name === 'string' ? described.class_name.replace(/^.*>/, '') : undefined;
  const className = written === 'AdamW' ? 'Adam' : written;
  const [iteration, ...others] = stored;
  if (!iteration) return undefined;
  const storedRate = others.find(({ name }) => /(^|\/)learning_rate(:0)?$/.test(name));
  const slots = others.filter((each) => each !== storedRate);
  const rate = storedRate?.array ?? rateOf(config);
  // Keras 2 keeps momentums that are never used.
  const isUnused = className === 'SGD' && (numberIn(config.momentum) ?? 0) === 0;
  const ordered = isUnused ? [] : inOrder(slots, className).map(({ array }) => array);
  const values = [iteration.array, ...(rate ? [rate] : []), ...ordered];
  const names = [
    'optimizer/iteration',
    ...(rate ? [rateName] : []),
    ...ordered.map((_, index) => `optimizer/slot_${index}`),
  ];
  return { className, names, values };
}

function rateOf(config: Record<string, Json>): NDArray | undefined {
  const rate = config.learning_rate ?? config.lr;
  if (typeof rate !== 'number' || (numberIn(config.decay) ?? 0) !== 0) return undefined;
  return { dtype: 'float32', shape: [], data: Float32Array.of(rate) };
}

/** `Adam/dense/kernel/m:0` of Keras before 2.11: kind by kind. All others are in order. */
function inOrder(slots: readonly StoredWeight[], className: string | undefined): readonly StoredWeight[] {
  const kinds = slotKinds.get(className ?? '') ?? [];
  const kindOf = ({ name }: StoredWeight): string => name.replace(/:0$/, '').replace(/^.*\//, '');
  let groups = kinds.map((kind) => slots.filter((slot) => kindOf(slot) === kind));
  if (groups.flat().length !== slots.length) {
    // Before Keras 2.3 names say nothing: variables are `training/Adam/Variable_3:0`.
    const isNameless = slots.every(({ name }) => /(^|\/)Variable(_\d+)?:0$/.test(name));
    if (!isNameless || className !== 'Adam') return slots;
    // What stands for vhat where it is not used is of one element each.
    const third = slots.slice((slots.length / 3) * 2);
    const used =
      slots.length % 3 === 0 && third.every(({ array }) => array.data.length === 1)
        ? slots.slice(0, -third.length)
        : slots;
    groups = [used.slice(0, used.length / 2), used.slice(used.length / 2)];
  }
  if (className !== 'Adam') return groups.flat();
  const [first = [], second = [], ...rest] = groups;
  return [...first.flatMap((slot, index) => (second[index] ? [slot, second[index]] : [slot])), ...rest.flat()];
}
