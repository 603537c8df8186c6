// JSON as Python wrote it: what is a float there has a point even where it is whole. Keras's SGD, for one, refuses a
// momentum of 0 and takes 0.0.

/** The options of Keras's classes that are floats, alone or in lists. */
const floats = new Set([
  'alpha',
  'beta_1',
  'beta_2',
  'clipnorm',
  'clipvalue',
  'decay_rate',
  'ema_momentum',
  'end_learning_rate',
  'epsilon',
  'global_clipnorm',
  'initial_learning_rate',
  'l1',
  'l2',
  'label_smoothing',
  'learning_rate',
  'm_mul',
  'maxval',
  'mean',
  'minval',
  'momentum',
  'power',
  'rate',
  'rho',
  'scale',
  'stddev',
  't_mul',
  'value',
  'values',
  'warmup_target',
  'weight_decay',
]);

const mark = '\0float:';
const marked = /"\\u0000float:(-?\d+)"/g;

/** The text of a configuration. */
export function kerasJson(value: unknown): string {
  const withPoint = (item: unknown): unknown => {
    if (typeof item === 'number' && Number.isInteger(item) && Math.abs(item) < 1e15) return `${mark}${item}`;
    return Array.isArray(item) ? item.map(withPoint) : item;
  };
  const text = JSON.stringify(value, (key, item: unknown) => (floats.has(key) ? withPoint(item) : item));
  return text.replace(marked, '$1.0');
}
