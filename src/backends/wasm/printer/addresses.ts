// Plans how a kernel addresses memory: which pointers it keeps, when each is set up and stepped, and what constant each
// access adds to one of them. Printing what is planned is left to pointer-writer.ts.
//
// Accesses that differ by a constant share a pointer, and the constant becomes the access's immediate offset. A pointer
// for terms in several variables is derived, when the innermost of them begins, from the pointer for the others. So
// an inner loop holds one addition for each way of moving through memory, however many accesses it makes.
import { InternalError } from '../../../base/errors.js';
import { bytesPerElement } from '../../../base/dtype.js';
import type { Affine, KernelBuffer, KernelExpr, KernelStatement, VariableName } from '../../../ir/kernel.js';
import { operandsOf } from '../../../ir/operands.js';
import { tableEntry } from '../../../ir/table-entry.js';
import type { SimplifiedKernel } from './simplify.js';

/** What a pointer starts from: the entry of the table of addresses with this number, or 0 for numbers. */
export type Base = number | 'zero';

/** A local variable that follows base + constant + sum of coefficient x variable, in bytes. */
export interface Pointer {
  readonly base: Base;
  /** Undefined for the base itself. */
  readonly parent: Pointer | undefined;
  /** What it depends on beyond its parent: the innermost of its variables. */
  readonly variable: VariableName | undefined;
  readonly coefficient: number;
  readonly children: Pointer[];
  /** The constant in it: the smallest of its accesses', so that what they add is never negative. */
  constant: number;
}

/** An address or number: pointer + constant + terms, where the pointer holds its own constant already. */
export interface Reference {
  readonly pointer: Pointer;
  /** Of the whole address: what is left to add is this less the pointer's constant. */
  readonly constant: number;
  /** In registers that change while the pointer lives. */
  readonly terms: Affine['terms'];
  /** Whether pointer + (constant - pointer's constant) is an address as it stands, so that no sum may wrap around. */
  readonly direct: boolean;
}

/** One expression or statement that refers to memory or a position. */
export type Access = KernelExpr | KernelStatement;

export interface AddressPlan {
  readonly bases: ReadonlyMap<Base, Pointer>;
  /** The pointers whose innermost variable it is. */
  readonly pointersOf: ReadonlyMap<VariableName, readonly Pointer[]>;
  /** The references of an access, one for each lane that has its own. */
  readonly references: ReadonlyMap<Access, readonly Reference[]>;
}

/** @throws InternalError if the kernel refers to a buffer that the program does not have. */
export function planAddresses(
  kernel: SimplifiedKernel,
  buffers: readonly KernelBuffer[],
  parameterCount: number,
): AddressPlan {
  const planner = new Planner(kernel.name, buffers, parameterCount);
  if (kernel.chunkVariable !== undefined) planner.define(kernel.chunkVariable);
  planner.findSetRegisters(kernel.body);
  planner.statements(kernel.body);
  return planner.finish();
}

class Planner {
  readonly #kernelName: string;
  readonly #buffers: readonly KernelBuffer[];
  readonly #parameterCount: number;
  /** Outer variables have smaller numbers than those defined inside them. */
  readonly #order = new Map<VariableName, number>();
  readonly #setRegisters = new Set<VariableName>();
  readonly #bases = new Map<Base, Pointer>();
  readonly #pointersOf = new Map<VariableName, Pointer[]>();
  readonly #references = new Map<Access, Reference[]>();
  readonly #smallest = new Map<Pointer, number>();

  constructor(kernelName: string, buffers: readonly KernelBuffer[], parameterCount: number) {
    this.#kernelName = kernelName;
    this.#buffers = buffers;
    this.#parameterCount = parameterCount;
  }

  define(variable: VariableName): void {
    this.#order.set(variable, this.#order.size);
  }

  /** A pointer is reckoned when its register is defined; a register that changes later is added at every access. */
  findSetRegisters(statements: readonly KernelStatement[]): void {
    for (const statement of statements) {
      if (statement.kind === 'set') this.#setRegisters.add(statement.name);
      else if (statement.kind === 'loop') this.findSetRegisters(statement.body);
    }
  }

  statements(statements: readonly KernelStatement[]): void {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'loop':
          this.define(statement.variable);
          this.statements(statement.body);
          break;
        case 'let':
          this.#expression(statement.value);
          this.define(statement.name);
          break;
        case 'set':
          this.#expression(statement.value);
          break;
        case 'store':
          this.#expression(statement.value);
          this.#access(statement, statement.buffer, statement.at, [0], true);
          break;
        case 'prefetch':
          break;
      }
    }
  }

  finish(): AddressPlan {
    for (const base of this.#bases.values()) this.#chooseConstants(base);
    return { bases: this.#bases, pointersOf: this.#pointersOf, references: this.#references };
  }

  /** A pointer that only others start from takes over a constant of theirs, which saves them adding it. */
  #chooseConstants(pointer: Pointer): void {
    for (const child of pointer.children) this.#chooseConstants(child);
    if (pointer.parent === undefined) return;
    pointer.constant = this.#smallest.get(pointer) ?? pointer.children[0]?.constant ?? 0;
  }

  #expression(expr: KernelExpr): void {
    switch (expr.kind) {
      case 'position':
        this.#references.set(expr, [this.#reference('zero', expr.at.terms, expr.at.offset, true)]);
        break;
      case 'load': {
        const ownLanes = expr.type.vector && expr.stride !== 1;
        const lanes = ownLanes ? Array.from({ length: expr.count }, (_, lane) => lane * expr.stride) : [0];
        this.#access(expr, expr.buffer, expr.at, lanes, true);
        break;
      }
      case 'gather':
        this.#access(expr, expr.buffer, expr.at, [0], false);
        break;
      default:
        break;
    }
    for (const operand of operandsOf(expr)) this.#expression(operand);
  }

  /** @param elements what is added to the position, one for each reference */
  #access(access: Access, bufferIndex: number, at: Affine, elements: readonly number[], direct: boolean): void {
    const buffer = this.#buffers[bufferIndex];
    if (buffer === undefined) {
      throw new InternalError(
        `kernel '${this.#kernelName}': there is no buffer ${bufferIndex}; the program has ${this.#buffers.length}.`,
      );
    }
    const { entry, byteOffset } = tableEntry(buffer, this.#parameterCount);
    const bytes = bytesPerElement(buffer.dtype);
    const terms = at.terms.map(({ variable, coefficient }) => ({ variable, coefficient: coefficient * bytes }));
    const references = elements.map((element) =>
      this.#reference(entry, terms, byteOffset + (at.offset + element) * bytes, direct),
    );
    this.#references.set(access, references);
  }

  #reference(base: Base, terms: Affine['terms'], constant: number, direct: boolean): Reference {
    const changing = terms.filter(({ variable }) => this.#setRegisters.has(variable));
    const steady = terms.filter(({ variable }) => !this.#setRegisters.has(variable));
    steady.sort((a, b) => this.#order.get(a.variable)! - this.#order.get(b.variable)!);
    let pointer = this.#base(base);
    for (const term of steady) pointer = this.#child(pointer, term.variable, term.coefficient);
    // Only the address of an access that is made whenever the pointer moves is sure to lie inside the memory.
    const isAddress = direct && changing.length === 0;
    if (isAddress) this.#smallest.set(pointer, Math.min(constant, this.#smallest.get(pointer) ?? Infinity));
    return { pointer, constant, terms: changing, direct: isAddress };
  }

  #base(base: Base): Pointer {
    let pointer = this.#bases.get(base);
    if (pointer === undefined) {
      pointer = { base, parent: undefined, variable: undefined, coefficient: 0, children: [], constant: 0 };
      this.#bases.set(base, pointer);
    }
    return pointer;
  }

  #child(parent: Pointer, variable: VariableName, coefficient: number): Pointer {
    const existing = parent.children.find((child) => child.variable === variable && child.coefficient === coefficient);
    if (existing !== undefined) return existing;
    const pointer: Pointer = { base: parent.base, parent, variable, coefficient, children: [], constant: 0 };
    parent.children.push(pointer);
    const pointers = this.#pointersOf.get(variable);
    if (pointers === undefined) this.#pointersOf.set(variable, [pointer]);
    else pointers.push(pointer);
    return pointer;
  }
}
