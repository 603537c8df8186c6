// Makes a schedule again of the description that an optimizer's configuration holds.
import { ValueError } from '../../../base/errors.js';
import { camelCase, unknownName } from '../../../base/suggest.js';
import { show } from '../../check.js';
import { cosineDecay } from './cosine-decay.js';
import { cosineDecayRestarts } from './cosine-decay-restarts.js';
import { exponentialDecay, inverseTimeDecay } from './decay.js';
import { oneCycle } from './one-cycle.js';
import { piecewiseConstantDecay } from './piecewise-constant-decay.js';
import { polynomialDecay } from './polynomial-decay.js';
import type { Schedule } from './schedule.js';

/** By Keras's class name; each checks what it is given. */
const factories: Readonly<Record<string, (options: never) => Schedule>> = {
  ExponentialDecay: exponentialDecay,
  InverseTimeDecay: inverseTimeDecay,
  PiecewiseConstantDecay: piecewiseConstantDecay,
  PolynomialDecay: polynomialDecay,
  CosineDecay: cosineDecay,
  CosineDecayRestarts: cosineDecayRestarts,
  OneCycle: oneCycle,
};

/**
 * The schedule that a configuration describes: `{ class_name: 'CosineDecay', config: { initial_learning_rate: 0.1,
 * decay_steps: 1000 } }`, as Keras writes it.
 * @throws ValueError for a class that is not known, or a configuration that it does not take
 */
export function deserialize(description: { readonly class_name: string; readonly config: unknown }): Schedule {
  // It may come from a file.
  const given: unknown = description;
  const what = 'schedules.deserialize';
  if (typeof given !== 'object' || given === null || !('class_name' in given) || typeof given.class_name !== 'string')
    throw new ValueError(`${what}: expected an object with class_name and config, received ${show(given)}.`);
  const className = given.class_name;
  const make = Object.hasOwn(factories, className) ? factories[className] : undefined;
  if (!make) throw unknownName('schedule', className, Object.keys(factories));
  const config: unknown = description.config;
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw new ValueError(`${what}: expected the config of ${className} to be an object, received ${show(config)}.`);
  const options = Object.fromEntries(
    Object.entries(config).map(([name, value]) => [camelCase(name), value as unknown]),
  );
  return make(options as never);
}
