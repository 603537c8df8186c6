// What all optimizers share: the step counter, the learning rate, decay, clipping, and the state they keep per variable.
import { ShapeError, StateError, ValueError } from '../../base/errors.js';
import { formatShape, sameShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { scalar, zeros } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import { checkNumber } from '../check.js';
import { serialize } from '../serialization.js';
import { clipByGlobalNorm, clipByNorm, clipByValue } from './clipping.js';
import type { Optimizer, OptimizerOptions } from './optimizer.js';
import { inverseTimeDecay } from './schedules/decay.js';
import { isSchedule, type Schedule } from './schedules/schedule.js';

const baseOptionNames = [
  'name',
  'learningRate',
  'decay',
  'weightDecay',
  'clipNorm',
  'clipValue',
  'globalClipNorm',
] as const;

/** What an optimizer's factory takes: a learning rate, a schedule, or options. */
export type OptimizerArgument<Options extends OptimizerOptions> = number | Schedule | Options;

/** The options that the argument of a factory stands for. @throws ValueError for what is none, or unknown options */
export function optionsOf<Options extends OptimizerOptions>(
  argument: OptimizerArgument<Options> | undefined,
  what: string,
  ownNames: readonly string[],
): Options {
  if (argument === undefined) return {} as Options;
  if (typeof argument === 'number' || isSchedule(argument)) return { learningRate: argument } as Options;
  // Callers in JavaScript may pass anything.
  const given: unknown = argument;
  if (typeof given !== 'object' || given === null)
    throw new ValueError(
      `${what}: expected a learning rate, a schedule or options such as { learningRate: 0.001 }, received ${String(given)}.`,
    );
  rejectUnknownOptions(what, given, [...baseOptionNames, ...ownNames]);
  return argument;
}

export abstract class BaseOptimizer implements Optimizer {
  readonly className: string;
  readonly name: string;
  readonly iterations: Variable;
  #learningRate: number | Schedule;
  /** Holds the rate when it is a number, so that a new one reaches a compiled step without compiling it anew. */
  readonly #rate: Variable | undefined;
  readonly #decay: number;
  readonly #weightDecay: number | undefined;
  readonly #clipNorm: number | undefined;
  readonly #clipValue: number | undefined;
  readonly #globalClipNorm: number | undefined;
  readonly #slots: Variable[] = [];
  #known: ReadonlyMap<Variable, number> | undefined;

  constructor(className: string, options: OptimizerOptions, defaultRate: number) {
    const what = `optimizers.${className.toLowerCase()}`;
    this.className = className;
    this.name = options.name ?? className.toLowerCase();
    const rate = options.learningRate ?? defaultRate;
    this.#learningRate = isSchedule(rate) ? rate : checkNumber(rate, `${what}: learningRate`, 0);
    this.#decay = checkNumber(options.decay ?? 0, `${what}: decay`, 0);
    if (this.#decay > 0 && isSchedule(rate))
      throw new ValueError(`${what}: expected decay or a schedule as learningRate, received both.`);
    const optional = (value: number | undefined, name: string): number | undefined =>
      value == null ? undefined : checkNumber(value, `${what}: ${name}`, 0);
    this.#weightDecay = optional(options.weightDecay, 'weightDecay');
    this.#clipNorm = optional(options.clipNorm, 'clipNorm');
    this.#clipValue = optional(options.clipValue, 'clipValue');
    this.#globalClipNorm = optional(options.globalClipNorm, 'globalClipNorm');
    if ([this.#clipNorm, this.#clipValue, this.#globalClipNorm].filter((limit) => limit !== undefined).length > 1)
      throw new ValueError(
        `${what}: expected at most one of clipNorm, clipValue and globalClipNorm, received several.`,
      );
    this.iterations = new Variable(scalar(0, 'int32'), { name: `${this.name}/iteration`, trainable: false });
    if (!isSchedule(rate))
      this.#rate = new Variable(scalar(rate), { name: `${this.name}/learning_rate`, trainable: false });
  }

  get variables(): readonly Variable[] {
    return [this.iterations, ...(this.#rate ? [this.#rate] : []), ...this.#slots];
  }

  get learningRate(): number | Schedule {
    return this.#learningRate;
  }

  /** @throws StateError if the optimizer was made with a schedule, or is now given one */
  set learningRate(value: number | Schedule) {
    if (!this.#rate || isSchedule(value))
      throw new StateError(
        `Optimizer "${this.name}": only a learning rate that was made as a number can be set, to another number. Make a new optimizer and compile the model with it.`,
      );
    this.#learningRate = checkNumber(value, `optimizer "${this.name}": learningRate`, 0);
    this.#rate.assign(scalar(value));
  }

  /** Makes the state for `variables`; once. */
  build(variables: readonly Variable[]): void {
    if (this.#known) return;
    this.#known = new Map(variables.map((variable, position) => [variable, position]));
    this.makeSlots(variables);
  }

  currentLearningRate(): Tensor {
    if (isSchedule(this.#learningRate)) return this.#learningRate.rate(this.iterations.value);
    const rate = this.#rate!.value;
    if (this.#decay === 0) return rate;
    return rate.div(this.iterations.value.cast('float32').mul(this.#decay).add(1));
  }

  #clip(gradients: readonly Tensor[]): readonly Tensor[] {
    const [norm, value, globalNorm] = [this.#clipNorm, this.#clipValue, this.#globalClipNorm];
    // As Keras, a limit of 0 is none.
    if (norm) return gradients.map((gradient) => clipByNorm(gradient, norm));
    if (value) return gradients.map((gradient) => clipByValue(gradient, value));
    return globalNorm ? clipByGlobalNorm(gradients, globalNorm) : gradients;
  }

  applyGradients(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    this.build(variables);
    this.#check(gradients, variables);
    const rate = this.currentLearningRate();
    const clipped = this.#clip(gradients);
    if (this.#weightDecay) {
      const shrink = rate.mul(this.#weightDecay);
      for (const variable of variables) variable.assign(variable.value.sub(variable.value.mul(shrink)));
    }
    this.updateAll(
      variables.map((variable, i) => ({ variable, gradient: clipped[i]!, position: this.#known!.get(variable)! })),
      rate,
    );
    this.iterations.assign(this.iterations.value.add(1));
  }

  #check(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    if (gradients.length !== variables.length)
      throw new ValueError(
        `Optimizer "${this.name}": expected one gradient for each of ${variables.length} variables, received ${gradients.length}.`,
      );
    variables.forEach((variable, i) => {
      if (!this.#known!.has(variable))
        throw new StateError(
          `Optimizer "${this.name}": variable "${variable.name}" is not among those it was built for. Make a new optimizer for other variables.`,
        );
      if (!sameShape(gradients[i]!.shape, variable.shape))
        throw new ShapeError(
          `Optimizer "${this.name}": expected a gradient of shape ${formatShape(variable.shape)} for "${variable.name}", received ${formatShape(gradients[i]!.shape)}.`,
        );
    });
  }

  /** A variable of zeros beside each of `variables`, to be kept with the optimizer. */
  protected addSlot(variable: Variable, name: string): Variable {
    const slot = new Variable(zeros(variable.shape, variable.dtype), {
      name: `${this.name}/${variable.name.replaceAll('/', '_')}_${name}`,
      trainable: false,
    });
    this.#slots.push(slot);
    return slot;
  }

  /** Makes the state with `addSlot`, in Keras's order. */
  protected abstract makeSlots(variables: readonly Variable[]): void;

  /** Assigns the new values. `rate` is a scalar; everything else is element by element, so that it is one loop. */
  protected abstract updateAll(updates: readonly VariableUpdate[], rate: Tensor): void;

  getConfig(): Record<string, unknown> {
    return {
      name: this.name,
      learning_rate: this.#rateConfig(),
      weight_decay: this.#weightDecay ?? null,
      clipnorm: this.#clipNorm ?? null,
      global_clipnorm: this.#globalClipNorm ?? null,
      clipvalue: this.#clipValue ?? null,
      ...this.ownConfig(),
    };
  }

  #rateConfig(): unknown {
    const rate = this.#learningRate;
    if (isSchedule(rate)) return serialize('keras.optimizers.schedules', rate);
    if (this.#decay === 0) return rate;
    // Keras 3 has no decay; this schedule is the same.
    const schedule = inverseTimeDecay({ initialLearningRate: rate, decaySteps: 1, decayRate: this.#decay });
    return serialize('keras.optimizers.schedules', schedule);
  }

  /** The part of the configuration that only this kind of optimizer has. */
  protected abstract ownConfig(): Record<string, unknown>;
}

/** A variable, its gradient after clipping, and its place among the variables that the optimizer was built for. */
export interface VariableUpdate {
  readonly variable: Variable;
  readonly gradient: Tensor;
  readonly position: number;
}
