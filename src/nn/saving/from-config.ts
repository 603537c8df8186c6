// Makes objects again from what a file says of them: layers, initializers, regularizers, optimizers, schedules, losses,
// metrics. A class becomes the factory of the same name, a configuration its options; nothing of a file is executed.
import { DataError, messageOf } from '../../base/errors.js';
import { camelCase } from '../../base/suggest.js';
import { isRecord, type Json } from '../../formats/json.js';
import * as initializers from '../initializers.js';
import * as layers from '../layers/index.js';
import * as losses from '../losses/index.js';
import * as metrics from '../metrics/index.js';
import * as optimizers from '../optimizers/index.js';
import * as schedules from '../optimizers/schedules/index.js';
import * as regularizers from '../regularizers.js';
import { sequentialFrom } from './sequential-config.js';

/**
 * What the user's own classes and functions are, by the names that a file has for them: layers as classes (made with
 * their options, or by a static `fromConfig(config)`), losses, metrics and activations as functions.
 */
export type CustomObjects = Readonly<Record<string, unknown>>;

type Factory = (options: Record<string, unknown>) => unknown;

const namespaces: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'keras.layers': layers,
  'keras.initializers': initializers,
  'keras.regularizers': regularizers,
  'keras.optimizers': optimizers,
  'keras.optimizers.schedules': schedules,
  'keras.losses': losses,
  'keras.metrics': metrics,
};

/** What a configuration says although it is the default, and no option names. */
const defaults: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  'keras.layers': { sparse: false, ragged: false, optional: false, dtype: 'float32' },
  'keras.losses': { reduction: 'sum_over_batch_size', axis: -1 },
  'keras.metrics': { dtype: 'float32', axis: -1 },
};

const otherNames: Readonly<Record<string, string>> = {
  clipnorm: 'clipNorm',
  clipvalue: 'clipValue',
  global_clipnorm: 'globalClipNorm',
};

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** `BinaryAccuracy` to `binaryAccuracy`, `MaxPooling2D` to `maxPooling2d`; undefined where there is no such factory. */
function factoryOf(module: string, className: string): Factory | undefined {
  const namespace = Object.hasOwn(namespaces, module) ? namespaces[module]! : {};
  const found = Object.entries(namespace).find(
    ([name, value]) => typeof value === 'function' && /^[a-z]/.test(name) && plain(name) === plain(className),
  );
  return found?.[1] as Factory | undefined;
}

/** An object as a file describes it. */
interface Description {
  readonly module: string;
  readonly className: string;
  readonly config: Json;
  readonly registeredName: string | undefined;
}

function descriptionIn(value: Json): Description | undefined {
  if (!isRecord(value) || typeof value.class_name !== 'string' || value.config === undefined) return undefined;
  return {
    module: typeof value.module === 'string' ? value.module : '',
    className: value.class_name,
    config: value.config,
    registeredName: typeof value.registered_name === 'string' ? value.registered_name : undefined,
  };
}

const isSequential = ({ module, className }: Description): boolean => module === 'keras' && className === 'Sequential';
const isPolicy = ({ className }: Description): boolean => className === 'DTypePolicy';
const isFunction = ({ className, config }: Description): boolean =>
  className === 'function' && typeof config === 'string';

export class ConfigReader {
  readonly #custom: CustomObjects;

  constructor(custom: CustomObjects) {
    this.#custom = custom;
  }

  #customFor({ className, config, registeredName }: Description): unknown {
    const names = className === 'function' && typeof config === 'string' ? [config] : [className, registeredName];
    const name = names.find((candidate) => candidate !== undefined && Object.hasOwn(this.#custom, candidate));
    return name === undefined ? undefined : this.#custom[name];
  }

  /** Everything in `value` that this program has no class or function for, each once. */
  missingIn(value: Json): string[] {
    const missing = new Set<string>();
    const visit = (item: Json | undefined): void => {
      if (Array.isArray(item)) (item as readonly Json[]).forEach(visit);
      if (!isRecord(item)) return;
      const described = descriptionIn(item);
      if (described && !isPolicy(described) && this.#customFor(described) === undefined) {
        if (isFunction(described)) missing.add(`the function ${JSON.stringify(described.config)}`);
        else if (!isSequential(described) && !factoryOf(described.module, described.className))
          missing.add(`'${described.className}'${described.module ? ` of ${described.module}` : ''}`);
      }
      Object.values(item).forEach(visit);
    };
    visit(value);
    return [...missing];
  }

  /** The object that `value` describes; anything else as it is. @throws DataError that begins with `place` */
  read(value: Json, place: string): unknown {
    const described = descriptionIn(value);
    if (!described) return value;
    const { module, className, config } = described;
    if (isPolicy(described)) {
      const name = isRecord(config) ? config.name : undefined;
      if (typeof name !== 'string') throw new DataError(`${place}: expected a DTypePolicy with a name.`);
      return name;
    }
    const custom = this.#customFor(described);
    if (isFunction(described) && custom !== undefined) return custom;
    if (custom === undefined && isSequential(described) && isRecord(value))
      return sequentialFrom(value, (layer, where) => this.read(layer, where), place);
    if (!isRecord(config)) throw new DataError(`${place}: expected the config of '${className}' to be an object.`);
    const make = custom === undefined ? factoryOf(module, className) : customFactory(custom, config);
    if (!make) throw new DataError(`${place}: there is no '${className}' of ${module || 'no module'}.`);
    const options = this.#options(module, config, place);
    try {
      return make(options);
    } catch (error) {
      throw new DataError(`${place} (${className}): ${messageOf(error)}`, { cause: error });
    }
  }

  /** A configuration as options: names in camelCase, what is null or says the default left out. */
  #options(module: string, config: Record<string, Json>, place: string): Record<string, unknown> {
    const known = defaults[module] ?? {};
    const options: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(config)) {
      const read = this.read(value, `${place}, ${key}`);
      if (read === null || (Object.hasOwn(known, key) && known[key] === read)) continue;
      options[otherNames[key] ?? camelCase(key)] = read;
    }
    return options;
  }
}

/** How a class or function of the user's makes an object. */
function customFactory(custom: unknown, config: Record<string, Json>): Factory | undefined {
  if (typeof custom !== 'function') return undefined;
  const { fromConfig } = custom as { fromConfig?: unknown };
  if (typeof fromConfig === 'function') return () => fromConfig.call(custom, config) as unknown;
  // What `class` makes can only be called with `new`; its prototype cannot be replaced.
  const isClass = Object.getOwnPropertyDescriptor(custom, 'prototype')?.writable === false;
  if (isClass) return (options) => Reflect.construct(custom, [options]) as unknown;
  return custom as Factory;
}
