// The locals of one function: hands out parameters and variables, and takes variables back for reuse.
import { InternalError } from '../../../base/errors.js';
import type { ByteWriter } from './byte-writer.js';
import { Local, valueTypeCodes } from './value-types.js';
import type { FunctionRef, ValueType } from './value-types.js';

/** Checks each handle that comes back: of this function, and not released. */
export class LocalPool {
  readonly #function: FunctionRef;
  readonly #parameters: readonly Local[];
  /** Types of the variables, in the order of their indices, which follow those of the parameters. */
  readonly #variableTypes: ValueType[] = [];
  /** Indices of released variables. */
  readonly #released = new Map<ValueType, number[]>();

  constructor(ref: FunctionRef) {
    this.#function = ref;
    this.#parameters = ref.type.parameters.map((type, index) => new Local(this, type, index));
  }

  /** @throws InternalError if the function has no parameter `index`. */
  parameter(index: number): Local {
    const parameter = this.#parameters[index];
    if (parameter === undefined) {
      throw this.#error(`there is no parameter ${index}; the function takes ${this.#parameters.length}`);
    }
    return parameter;
  }

  /** A variable: a released one of this type if there is one, else a fresh one. */
  allocate(type: ValueType): Local {
    const index = this.#released.get(type)?.pop();
    if (index !== undefined) return new Local(this, type, index);
    this.#variableTypes.push(type);
    return new Local(this, type, this.#parameters.length + this.#variableTypes.length - 1);
  }

  /** @throws InternalError for a parameter, a local of another function or one already released. */
  release(local: Local): void {
    const index = this.indexOf(local);
    if (index < this.#parameters.length) throw this.#error(`parameter ${index} cannot be released`);
    local.live = false;
    const released = this.#released.get(local.type);
    if (released === undefined) this.#released.set(local.type, [index]);
    else released.push(index);
  }

  /** @throws InternalError for a local of another function or one already released. */
  indexOf(local: Local): number {
    if (local.owner !== this) throw this.#error(`local ${local.index} (${local.type}) belongs to another function`);
    if (!local.live) throw this.#error(`local ${local.index} (${local.type}) was already released`);
    return local.index;
  }

  /** Writes the declaration that precedes a body: runs of variables of one type. */
  writeDeclaration(writer: ByteWriter): void {
    const runs: { readonly type: ValueType; count: number }[] = [];
    for (const type of this.#variableTypes) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    writer.unsigned(runs.length);
    for (const { type, count } of runs) {
      writer.unsigned(count);
      writer.byte(valueTypeCodes[type]);
    }
  }

  #error(problem: string): InternalError {
    return new InternalError(`WebAssembly function '${this.#function.name}': ${problem}.`);
  }
}
