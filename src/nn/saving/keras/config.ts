// The configuration of a model of any version of Keras as that of a sequential model of Keras 3, which loadModel makes
// layers of; or one error with all that is in the way.
import { DataError } from '../../../base/errors.js';
import { isRecord, type Json } from '../../../formats/json.js';
import { snakeCase } from '../../naming.js';
import type { ModelConfig } from '../format.js';
import type { ConfigReader } from '../config/from-config.js';
import { callsOf, chainOf, endsOf, type GraphCall, type GraphLayer } from './graph.js';
import { kerasLayer } from './layer.js';
import { brief, isKerasModule, plainJson } from './plain.js';

/** More than any model has; a longer list is a damaged file. */
const mostLayers = 10_000;

/** The most problems that an error lists. */
const mostListed = 50;

/** Nested deeper than any model is. */
const deepest = 20;

type Config = Record<string, Json>;

/** A sequential model as Keras 3 describes it, every layer of a class that exists here. */
export type SequentialConfig = Config & { readonly config: Config & { readonly layers: readonly Config[] } };

/**
 * The layers of a model that a file describes: of Keras 3's Sequential, its Functional where the layers follow one
 * another, or the forms that Keras 1 and 2 wrote.
 * @throws DataError for what is no configuration, or with the list of what is in the way of each layer
 */
export function sequentialConfig(model: ModelConfig, reader: ConfigReader, place: string): SequentialConfig {
  const found = new ConfigConverter(reader, place);
  const made = found.model(plainJson(model) as Config, 0);
  found.finish();
  return made;
}

/** What a problem is about. */
interface Place {
  readonly name: string;
  readonly className: string;
}

export class ConfigConverter {
  readonly #reader: ConfigReader;
  readonly #place: string;
  readonly #problems: string[] = [];
  readonly #shared = new Map<Json, string>();
  #layers = 0;

  constructor(reader: ConfigReader, place: string) {
    this.#reader = reader;
    this.#place = place;
  }

  /** @throws DataError with everything that was found to be in the way */
  finish(): void {
    const problems = this.#problems;
    if (problems.length === 0) return;
    const listed = problems.slice(0, mostListed).map((problem) => `\n- ${problem}`);
    const more = problems.length > mostListed ? `\n- and ${problems.length - mostListed} more` : '';
    throw new DataError(
      `${this.#place}: the model needs what Nacre does not have:${listed.join('')}${more}\nGive layers and functions of your own in loadModel(path, { customObjects: { Name: TheClass } }), and what stands for other layers in loadModel(path, { mapLayer }).`,
    );
  }

  #problem(where: Place | undefined, text: string): void {
    this.#problems.push(where ? `'${where.name}' (${where.className}): ${text}` : text);
  }

  #fail(message: string): never {
    throw new DataError(`${this.#place}: ${message}`);
  }

  /** A model, or a model within one. */
  model(model: Config, depth: number): SequentialConfig {
    const { class_name: className, config: given } = model;
    if (depth > deepest) this.#fail(`expected at most ${deepest} models within one another.`);
    // Keras 1 and early Keras 2 wrote the layers of a Sequential and nothing else.
    const config: Json = Array.isArray(given) ? { layers: given } : (given ?? null);
    if (!isRecord(config) || !Array.isArray(config.layers))
      return this.#fail("expected the model's config to have a name and a list of layers.");
    const name = typeof config.name === 'string' ? config.name : snakeCase(textOf(className));
    const described = config.layers as readonly Json[];
    this.#layers += described.length;
    if (this.#layers > mostLayers) this.#fail(`expected at most ${mostLayers} layers, received ${described.length}.`);
    const isGraph =
      config.input_layers !== undefined || described.some((item) => isRecord(item) && item.inbound_nodes !== undefined);
    const isKnown = className === 'Sequential' || className === 'Functional' || className === 'Model';
    if (!isKnown && !isGraph)
      this.#fail(
        `expected a model of class Sequential, or Functional with layers one after the other, received ${brief(className ?? null)}.`,
      );
    const layers = isGraph ? this.#graph(name, textOf(className), config, depth) : this.#list(described, depth);
    const buildConfig = isRecord(model.build_config) ? model.build_config.input_shape : undefined;
    const built = config.build_input_shape ?? buildConfig ?? null;
    return {
      module: 'keras',
      class_name: 'Sequential',
      config: {
        name,
        ...(config.trainable === undefined ? {} : { trainable: config.trainable }),
        layers: this.#withInput(layers, described),
        ...(built === null ? {} : { build_input_shape: built }),
      },
      registered_name: null,
    };
  }

  #list(described: readonly Json[], depth: number): Config[] {
    return described.map((value, index) => this.#layer(value, index, depth, { args: [], kwargs: {} }));
  }

  #graph(name: string, className: string, config: Config, depth: number): Config[] {
    const described = (config.layers as readonly Json[]).map((value, index) => this.#record(value, index));
    const layers = described.map((value, index) => ({
      name: this.#nameOf(value, index),
      className: textOf(value.class_name),
      calls: callsOf(value.inbound_nodes),
    }));
    const { chain, problems } = chainOf(layers, endsOf(config.input_layers), endsOf(config.output_layers));
    for (const { layer, text } of problems) this.#problem(layer ?? { name, className }, text);
    return chain.map((layer) => {
      const index = layers.indexOf(layer as (typeof layers)[number]);
      return this.#layer(described[index]!, index, depth, this.#callOf(layer, described[index]!));
    });
  }

  /** What the one call of a layer is made with. Which inference or training it is, Nacre says itself. */
  #callOf(layer: GraphLayer, described: Config): { args: readonly Json[]; kwargs: Record<string, Json> } {
    const { args = [], kwargs }: Partial<GraphCall> = layer.calls[0] ?? {};
    const { training, ...others } = kwargs ?? {};
    // Keras 3 notes it for every layer that knows of it, and passes what is right at each call.
    const isNoted = Array.isArray(described.inbound_nodes) && isRecord(described.inbound_nodes[0]);
    if (training === true) this.#problem(layer, 'is called as in training at all times');
    else if (training === false && !isNoted && /Dropout|Noise|Normalization/.test(JSON.stringify(described)))
      this.#problem(layer, 'is called as at inference at all times');
    const rest = Object.entries(others).filter(([, value]) => value !== null);
    return { args, kwargs: Object.fromEntries(rest) };
  }

  #record(value: Json, index: number): Config {
    if (isRecord(value) && typeof value.class_name === 'string') return value;
    return this.#fail(`layer ${index}: expected the description of a layer, received ${brief(value)}.`);
  }

  #nameOf(value: Config, index: number): string {
    const own = isRecord(value.config) ? value.config.name : undefined;
    const name = value.name ?? own;
    if (typeof name === 'string') return name;
    return `${snakeCase(textOf(value.class_name))}_${index}`;
  }

  #layer(
    value: Json,
    index: number,
    depth: number,
    callArguments: { readonly args: readonly Json[]; readonly kwargs: Record<string, Json> },
  ): Config {
    const description = this.#record(value, index);
    const { className, registeredName } = classIn(description);
    const name = this.#nameOf(description, index);
    const where = { name, className };
    const module = typeof description.module === 'string' ? description.module : '';
    const isModel = isModelClass(className) && isKerasModule(module);
    const config = description.config ?? {};
    if (!isRecord(config) && !(isModel && Array.isArray(config)))
      this.#fail(`layer ${index}: expected the config of '${className}' to be an object, received ${brief(config)}.`);
    this.#checkShared(description, where);
    const options = isRecord(config) ? config : {};
    const mapped = this.#reader.map({ className, name, module, registeredName, config: options, callArguments });
    if (mapped) return mapped;
    if (isOperation(className, module)) {
      this.#problem(where, 'is an operation between layers, not a layer');
      return description;
    }
    const { args, kwargs } = callArguments;
    if (args.length > 0 || Object.keys(kwargs).length > 0)
      this.#problem(where, `is called with more than its input: ${brief(args.length > 0 ? args : kwargs)}`);
    if (isModel) {
      const nested = this.model(
        { ...description, config: isRecord(config) ? { ...config, name } : { name, layers: config } },
        depth + 1,
      );
      if (className !== 'Sequential') this.#reader.noteClass(nested, className);
      return nested;
    }
    const buildConfig = description.build_config;
    const entry = { className, name, module, registeredName, config: options, buildConfig };
    const { description: made, problems } = kerasLayer(entry, this.#reader);
    for (const problem of problems) this.#problem(where, problem);
    if (made.class_name !== className) this.#reader.noteClass(made, className);
    return made;
  }

  /** A layer that stands in two places shares its weights, which sequential models do not. */
  #checkShared(description: Config, where: Place): void {
    const id = description.shared_object_id;
    if (id === undefined || id === null) return;
    const first = this.#shared.get(id);
    if (first !== undefined) this.#problem(where, `shares its weights with '${first}'`);
    this.#shared.set(id, where.name);
  }

  /** Files before Keras 2.3 say the shape of the input in the first layer only. */
  #withInput(layers: Config[], described: readonly Json[]): Config[] {
    const first = described[0];
    if (!isRecord(first) || first.class_name === 'InputLayer' || !isRecord(first.config)) return layers;
    const { batch_input_shape: whole, input_dim: width, dtype } = first.config;
    const shape = Array.isArray(whole) ? whole : typeof width === 'number' ? [null, width] : undefined;
    if (shape === undefined || isModelClass(textOf(first.class_name))) return layers;
    const config: Config = { name: `${this.#nameOf(first, 0)}_input`, batch_shape: shape };
    if (dtype === 'uint8' || dtype === 'int32') config.dtype = dtype;
    return [{ module: 'keras.layers', class_name: 'InputLayer', config, registered_name: null }, ...layers];
  }
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

function isModelClass(className: string): boolean {
  return className === 'Sequential' || className === 'Functional' || className === 'Model';
}

/** Keras 2 writes the registered name as the class: `my_package>Scale`. */
function classIn(description: Config): { className: string; registeredName: string | undefined } {
  const written = description.class_name as string;
  const className = written.slice(written.lastIndexOf('>') + 1);
  const registered = typeof description.registered_name === 'string' ? description.registered_name : undefined;
  return { className, registeredName: registered ?? (className === written ? undefined : written) };
}

function isOperation(className: string, module: string): boolean {
  return /^(keras\.src|keras)\.ops\b/.test(module) || /OpLambda$|^TensorFlowOpLayer$/.test(className);
}
