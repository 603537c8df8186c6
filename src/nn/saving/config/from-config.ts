// Makes objects again from what a file says of them: layers, initializers, regularizers, optimizers, schedules, losses,
// metrics. A class becomes the factory of the same name, a configuration its options; nothing of a file is executed.
import { DataError, messageOf, ValueError } from '../../../base/errors.js';
import { camelCase } from '../../../base/suggest.js';
import { isRecord, type Json } from '../../../formats/json.js';
import { show } from '../../check.js';
import * as initializers from '../../initializers.js';
import * as layers from '../../layers/index.js';
import { Layer } from '../../layers/layer.js';
import * as regularizers from '../../regularizers.js';
import { isClass, registeredAs } from './registry.js';
import { sequentialFrom } from './sequential-config.js';

/**
 * What the user's own classes and functions are, by the names that a file has for them: layers as classes (made with
 * their options, or by a static `fromConfig(config)`), losses, metrics and activations as functions.
 */
export type CustomObjects = Readonly<Record<string, unknown>>;

type Factory = (options: Record<string, unknown>) => unknown;

/** Factories by their names, by the module that Keras has them in. */
export type Namespaces = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What models are made of. What they are trained with is given to the reader where it is needed. */
const ofModels: Namespaces = {
  'keras.layers': layers,
  'keras.initializers': initializers,
  'keras.regularizers': regularizers,
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
function factoryIn(namespaces: Namespaces, module: string, className: string): Factory | undefined {
  const namespace = Object.hasOwn(namespaces, module) ? namespaces[module]! : {};
  const found = Object.entries(namespace).find(
    ([name, value]) => typeof value === 'function' && /^[a-z]/.test(name) && plain(name) === plain(className),
  );
  return found?.[1] as Factory | undefined;
}

/** A layer that a file describes, as `mapLayer` of `loadModel` is told of it. */
export interface DescribedLayer {
  /** `BatchNormalization` */
  readonly className: string;
  readonly name: string;
  /** `keras.layers`; empty where the file does not say. */
  readonly module: string;
  /** `package>Name` of a class that was registered. */
  readonly registeredName: string | undefined;
  /** Its options in Keras's spelling: `{ axis: -1, momentum: 0.99 }`. */
  readonly config: Readonly<Record<string, Json>>;
  /** What a functional model calls it with beside its input. */
  readonly callArguments: { readonly args: readonly Json[]; readonly kwargs: Readonly<Record<string, Json>> };
}

/** The layer that stands for one that a file describes; undefined for what Nacre makes of it. */
export type MapLayer = (described: DescribedLayer) => Layer | undefined;

/** The most problems that an error lists. */
const mostListed = 50;

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

export interface ConfigReaderOptions {
  /** Modules beside those that models are made of. */
  readonly namespaces?: Namespaces;
  readonly mapLayer?: MapLayer | undefined;
}

export class ConfigReader {
  /** The classes that the file has for layers which are of another class here. */
  readonly classesInFile = new Map<Layer, string>();
  readonly #custom: CustomObjects;
  readonly #namespaces: Namespaces;
  readonly #mapLayer: MapLayer | undefined;
  /** Layers that have been made of their descriptions. */
  readonly #made = new WeakMap<object, Layer>();
  readonly #otherClass = new WeakMap<object, string>();

  constructor(custom: CustomObjects, { namespaces = {}, mapLayer }: ConfigReaderOptions = {}) {
    this.#custom = custom;
    this.#namespaces = { ...ofModels, ...namespaces };
    this.#mapLayer = mapLayer;
  }

  #factoryOf(module: string, className: string): Factory | undefined {
    return factoryIn(this.#namespaces, module, className);
  }

  #customFor({ className, config, registeredName }: Description): unknown {
    if (className === 'function' && typeof config === 'string')
      return Object.hasOwn(this.#custom, config) ? this.#custom[config] : undefined;
    const names = [className, registeredName, className.slice(className.indexOf('>') + 1)];
    const name = names.find((candidate) => candidate !== undefined && Object.hasOwn(this.#custom, candidate));
    if (name !== undefined) return this.#custom[name];
    return registeredAs(registeredName ?? className)?.maker;
  }

  /** Whether the user has given something for this class. */
  hasCustom(className: string, registeredName?: string): boolean {
    return this.#customFor({ module: '', className, config: {}, registeredName }) !== undefined;
  }

  /** Whether the user has given a function of this name. */
  hasFunction(name: string): boolean {
    return Object.hasOwn(this.#custom, name);
  }

  /** Whether Keras's class of that name exists here. */
  hasClass(module: string, className: string): boolean {
    return this.#factoryOf(module, className) !== undefined;
  }

  /** A description that `read` makes the caller's own layer of, if `mapLayer` has one for what is described. */
  map(described: DescribedLayer): Record<string, Json> | undefined {
    const layer = this.#mapLayer?.(described);
    if (layer === undefined) return undefined;
    if (!(layer instanceof Layer))
      throw new ValueError(
        `loadModel: mapLayer: expected a layer or undefined for '${described.name}' (${described.className}), received ${show(layer)}.`,
      );
    const description = { class_name: layer.className, config: { name: layer.name } };
    this.#made.set(description, layer);
    this.#otherClass.set(description, described.className);
    return description;
  }

  /** Notes that the file has another class than the one that `description` says. */
  noteClass(description: object, classInFile: string): void {
    this.#otherClass.set(description, classInFile);
  }

  /** Makes the layers that are described, for `read` to find. @throws DataError with what is wrong with each of them */
  makeLayers(described: readonly Json[], place: string): void {
    const problems: string[] = [];
    const make = (list: readonly Json[], where: string): void =>
      list.forEach((value, index) => {
        const at = `${where}layer ${index}`;
        const description = descriptionIn(value);
        const known = problems.length;
        if (description && isSequential(description) && isRecord(description.config))
          if (Array.isArray(description.config.layers)) make(description.config.layers, `${at}, `);
        if (problems.length > known) return;
        try {
          const layer = this.read(value, at);
          if (!(layer instanceof Layer))
            problems.push(`${at}: expected the description of a layer, received ${show(layer)}.`);
          else this.#made.set(value as object, layer);
        } catch (error) {
          problems.push(messageOf(error));
        }
      });
    make(described, '');
    if (problems.length > 0) throw new DataError(`${place}: ${problems.slice(0, mostListed).join('\n')}`);
  }

  /** Everything in `value` that this program has no class or function for, each once. */
  missingIn(value: Json): string[] {
    const missing = new Set<string>();
    const visit = (item: Json | undefined): void => {
      if (Array.isArray(item)) (item as readonly Json[]).forEach(visit);
      if (!isRecord(item) || this.#made.has(item)) return;
      const described = descriptionIn(item);
      if (described && !isPolicy(described) && this.#customFor(described) === undefined) {
        if (isFunction(described)) missing.add(`the function ${JSON.stringify(described.config)}`);
        else if (!isSequential(described) && !this.#factoryOf(described.module, described.className))
          missing.add(`'${described.className}'${described.module ? ` of ${described.module}` : ''}`);
      }
      Object.values(item).forEach(visit);
    };
    visit(value);
    return [...missing];
  }

  /** The object that `value` describes; anything else as it is. @throws DataError that begins with `place` */
  read(value: Json, place: string): unknown {
    const object = (isRecord(value) ? this.#made.get(value) : undefined) ?? this.#make(value, place);
    const classInFile = isRecord(value) ? this.#otherClass.get(value) : undefined;
    if (classInFile !== undefined && object instanceof Layer) this.classesInFile.set(object, classInFile);
    return object;
  }

  #make(value: Json, place: string): unknown {
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
    const make = custom === undefined ? this.#factoryOf(module, className) : customFactory(custom, config);
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
  if (isClass(custom)) return (options) => Reflect.construct(custom, [options]) as unknown;
  return custom as Factory;
}
