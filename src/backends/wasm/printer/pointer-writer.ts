// Prints what addresses.ts planned: sets up, steps and uses the pointers of one kernel.
import { InternalError } from '../../../base/errors.js';
import type { VariableName } from '../../../ir/kernel.js';
import type { FunctionBuilder } from '../encoder/function-builder.js';
import type { Local } from '../encoder/value-types.js';
import type { Access, AddressPlan, Pointer, Reference } from './addresses.js';

/** Immediate offsets stay below this; what is larger is added in code. */
const immediateLimit = 2 ** 31;

/** When a loop ends: as soon as `local` equals `end`. `local` is stepped by the pointers' own step. */
export interface PointerEnd {
  readonly local: Local;
  readonly end: Local | number;
}

export class PointerWriter {
  readonly #code: FunctionBuilder;
  readonly #plan: AddressPlan;
  readonly #locals = new Map<Pointer, Local>();
  readonly #register: (name: VariableName) => Local;

  /** @param register the local of an i32 register */
  constructor(code: FunctionBuilder, plan: AddressPlan, register: (name: VariableName) => Local) {
    this.#code = code;
    this.#plan = plan;
    this.#register = register;
  }

  /** Loads the bases from the table of addresses, once for the whole kernel. */
  loadBases(table: Local): void {
    for (const [base, pointer] of this.#plan.bases) {
      if (base === 'zero') continue;
      const local = this.#code.local('i32');
      this.#code
        .get(table)
        .load('i32.load', 4 * base)
        .set(local);
      this.#locals.set(pointer, local);
    }
  }

  /** Sets up the pointers that move with a loop's variable, to where its first iteration needs them. */
  enterLoop(variable: VariableName, begin: number | Local): void {
    for (const pointer of this.#pointersOf(variable)) {
      if (typeof begin === 'number') {
        this.#pushParent(pointer, pointer.coefficient * begin);
      } else {
        this.#pushProduct(begin, pointer.coefficient);
        this.#addParent(pointer);
      }
      this.#store(pointer);
    }
  }

  /** Moves the pointers on by one iteration. */
  stepLoop(variable: VariableName, step: number): void {
    for (const pointer of this.#pointersOf(variable)) {
      const local = this.#local(pointer);
      this.#code
        .get(local)
        .i32Const(wrap(pointer.coefficient * step))
        .op('i32.add')
        .set(local);
    }
  }

  leaveLoop(variable: VariableName): void {
    for (const pointer of this.#pointersOf(variable)) this.#release(pointer);
  }

  /**
   * Something that a loop moves anyway and can be compared to know its end: a counter whose end is a constant, else an
   * address, whose end is set up here. Undefined if nothing moves. Call after `enterLoop`.
   */
  endOfLoop(variable: VariableName, begin: number, step: number, trips: number): PointerEnd | undefined {
    const pointers = this.#pointersOf(variable);
    const counter = pointers.find((pointer) => pointer.parent?.base === 'zero' && pointer.parent.parent === undefined);
    if (counter !== undefined && trips * Math.abs(counter.coefficient) * step < immediateLimit) {
      const end = counter.constant + counter.coefficient * (begin + trips * step);
      return { local: this.#local(counter), end: wrap(end) };
    }
    const pointer = pointers.find(({ coefficient }) => trips * Math.abs(coefficient) * step < immediateLimit);
    if (pointer === undefined) return undefined;
    const local = this.#local(pointer);
    const end = this.#code.local('i32');
    this.#code
      .get(local)
      .i32Const(wrap(pointer.coefficient * trips * step))
      .op('i32.add')
      .set(end);
    return { local, end };
  }

  /** Sets up the pointers whose innermost variable is a register that has just been defined. */
  enterRegister(name: VariableName): void {
    for (const pointer of this.#pointersOf(name)) {
      this.#pushProduct(this.#register(name), pointer.coefficient);
      this.#addParent(pointer);
      this.#store(pointer);
    }
  }

  leaveRegister(name: VariableName): void {
    for (const pointer of this.#pointersOf(name)) this.#release(pointer);
  }

  /** The references of an access. */
  references(access: Access): readonly Reference[] {
    const references = this.#plan.references.get(access);
    if (references === undefined) throw new InternalError(`a ${access.kind} was not planned before it was printed.`);
    return references;
  }

  /** Pushes an address, less the immediate offset that is returned. */
  push(reference: Reference): number {
    const { pointer, constant, terms, direct } = reference;
    const rest = constant - pointer.constant;
    if (direct && rest < immediateLimit) {
      this.#code.get(this.#local(pointer));
      return rest;
    }
    this.#pushPointer(pointer, rest);
    for (const { variable, coefficient } of terms) {
      this.#pushProduct(this.#register(variable), coefficient);
      this.#code.op('i32.add');
    }
    return 0;
  }

  /** Pushes a number that is reckoned as addresses are. */
  pushNumber(reference: Reference): void {
    this.#pushPointer(reference.pointer, reference.constant - reference.pointer.constant);
    for (const { variable, coefficient } of reference.terms) {
      this.#pushProduct(this.#register(variable), coefficient);
      this.#code.op('i32.add');
    }
  }

  #pointersOf(variable: VariableName): readonly Pointer[] {
    return this.#plan.pointersOf.get(variable) ?? [];
  }

  /** Pushes the parent's value with what the two pointers' constants differ by, and `more`. */
  #pushParent(pointer: Pointer, more: number): void {
    this.#pushPointer(pointer.parent!, pointer.constant - pointer.parent!.constant + more);
  }

  /** Adds the same to what is on the stack. */
  #addParent(pointer: Pointer): void {
    const parent = pointer.parent!;
    const rest = wrap(pointer.constant - parent.constant);
    if (parent.base !== 'zero' || parent.parent !== undefined) this.#code.get(this.#local(parent)).op('i32.add');
    if (rest !== 0) this.#code.i32Const(rest).op('i32.add');
  }

  #pushPointer(pointer: Pointer, more: number): void {
    const rest = wrap(more);
    if (pointer.base === 'zero' && pointer.parent === undefined) {
      this.#code.i32Const(rest);
      return;
    }
    this.#code.get(this.#local(pointer));
    if (rest !== 0) this.#code.i32Const(rest).op('i32.add');
  }

  #pushProduct(variable: Local, coefficient: number): void {
    this.#code.get(variable);
    const power = Math.log2(coefficient);
    if (power === 0) return;
    if (Number.isInteger(power) && power < 32) this.#code.i32Const(power).op('i32.shl');
    else this.#code.i32Const(wrap(coefficient)).op('i32.mul');
  }

  #store(pointer: Pointer): void {
    const local = this.#code.local('i32');
    this.#code.set(local);
    this.#locals.set(pointer, local);
  }

  #release(pointer: Pointer): void {
    this.#code.release(this.#local(pointer));
    this.#locals.delete(pointer);
  }

  #local(pointer: Pointer): Local {
    const local = this.#locals.get(pointer);
    if (local === undefined) {
      throw new InternalError(`the pointer for '${pointer.variable}' is used where it does not exist.`);
    }
    return local;
  }
}

/** A whole number as i32 arithmetic sees it. */
function wrap(value: number): number {
  return value | 0;
}
