// Describes layers and what a model was compiled with as Keras does in its files.
import type { Layer } from '../../layers/layer.js';
import type { LossOption } from '../../losses/resolve.js';
import type { MetricOption } from '../../metrics/resolve.js';
import { snakeCase } from '../../naming.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { serialize, serializeFunction, type Serializable } from '../../serialization.js';
import { registrationOf } from './registry.js';

/** A layer, or a model as a layer, with the shape that it was built for. */
export function describeLayer(layer: Layer): object {
  const registration = registrationOf(layer);
  const own = registration && {
    module: null,
    class_name: registration.className,
    registered_name: registration.registeredName,
  };
  return {
    ...serialize(layer.module, layer),
    ...own,
    ...(layer.built ? { build_config: { input_shape: layer.inputShape } } : {}),
  };
}

/** What `compile` settled. */
export interface CompiledParts {
  readonly optimizer: Optimizer;
  readonly loss: LossOption;
  readonly metrics: readonly MetricOption[];
  readonly weightedMetrics: readonly MetricOption[];
}

/** Names stay names, objects with a configuration become descriptions; all else is described by its name alone. */
export function describeCompiled({
  optimizer,
  loss,
  metrics,
  weightedMetrics,
}: CompiledParts): Record<string, unknown> {
  const list = (options: readonly MetricOption[]): unknown =>
    options.length === 0 ? null : options.map((option) => describeOption('keras.metrics', option));
  return {
    optimizer: describeOption('keras.optimizers', optimizer),
    loss: describeOption('keras.losses', loss),
    loss_weights: null,
    metrics: list(metrics),
    weighted_metrics: list(weightedMetrics),
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

type Described = string | ((...args: never[]) => unknown) | { readonly name: string };

function describeOption(module: string, option: Described): unknown {
  if (typeof option === 'string') return /^[a-z]+([A-Z][a-z]*)+$/.test(option) ? snakeCase(option) : option;
  if (typeof option === 'object' && isSerializable(option)) return serialize(module, option);
  return serializeFunction(option.name);
}

function isSerializable(value: object): value is Serializable {
  const { className, getConfig } = value as Partial<Serializable>;
  return typeof className === 'string' && typeof getConfig === 'function';
}
