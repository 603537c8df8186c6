// A variable: a tensor that can be replaced. Weights, optimizer state and metric state are variables; compiled
// functions keep their values in the backend's memory and update them in place.
import type { DType } from '../base/dtype.js';
import { DTypeError, ShapeError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape, sameShape, sizeOf, type Shape } from '../base/shape.js';
import type { Soon } from '../base/soon.js';
import type { DeviceValue } from '../engine/device-value.js';
import type { LoadedProgram } from '../engine/loaded-program.js';
import { data, pendingData } from '../ir/build.js';
import { Tensor } from './tensor.js';
import { activeTrace, type State } from './trace.js';

/** Gives the backend's memory back when a variable is collected. */
const residences = new FinalizationRegistry<DeviceValue>((value) => value.free());

export interface VariableOptions {
  readonly name?: string;
  /** Whether training may change it. */
  readonly trainable?: boolean;
}

export class Variable implements State {
  readonly name: string;
  readonly trainable: boolean;
  readonly shape: Shape;
  readonly dtype: DType;
  #tensor: Tensor | undefined;
  #residence: DeviceValue | undefined;

  constructor(value: Tensor, options: VariableOptions = {}) {
    this.name = options.name ?? 'variable';
    this.trainable = options.trainable ?? true;
    this.shape = value.shape;
    this.dtype = value.dtype;
    this.#tensor = value;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** The value now, as a tensor that later assignments do not change. Within a compiled function: at this point of it. */
  get value(): Tensor {
    const trace = activeTrace();
    if (trace) return new Tensor(trace.read(this));
    if (!this.#tensor) {
      const array = this.#residence!.read(this.dtype, this.shape);
      if (array instanceof Promise) array.catch(() => undefined); // whoever asks for the values gets the error
      this.#tensor = new Tensor(pendingData({ array }, this.shape, this.dtype));
    }
    return this.#tensor;
  }

  /** Replaces the value. @throws ShapeError or DTypeError if the new one differs in shape or dtype */
  assign(value: Tensor): void {
    if (!sameShape(value.shape, this.shape))
      throw new ShapeError(
        `assign to "${this.name}": expected shape ${formatShape(this.shape)}, received ${formatShape(value.shape)}.`,
      );
    if (value.dtype !== this.dtype)
      throw new DTypeError(`assign to "${this.name}": expected ${this.dtype}, received ${value.dtype}. Cast it first.`);
    const trace = activeTrace();
    if (trace) return trace.assign(this, value.node);
    this.#tensor = value;
    this.#dropResidence();
  }

  #dropResidence(): void {
    if (!this.#residence) return;
    residences.unregister(this);
    this.#residence.free();
    this.#residence = undefined;
  }

  /** The value as it is now, as a plain array. */
  read(): Promise<NDArray> {
    return this.value.realize();
  }

  /** The value where `program` can use it, copied there if need be. */
  placeFor(program: LoadedProgram): Soon<DeviceValue> {
    return this.#residence && program.canUse(this.#residence) ? this.#residence : this.#placeFor(program);
  }

  async #placeFor(program: LoadedProgram): Promise<DeviceValue> {
    const array = await this.value.realize();
    this.#tensor = new Tensor(data(array));
    this.#dropResidence();
    this.#residence = program.place(array);
    residences.register(this, this.#residence, this);
    return this.#residence;
  }

  /** Told by a compiled function that the value in the backend's memory has changed. */
  changedInPlace(): void {
    this.#tensor = undefined;
  }
}

/** A variable that starts with `value`. */
export function variable(value: Tensor, options?: VariableOptions): Variable {
  return new Variable(value, options);
}
