// Prepares a kernel for printing: loops of one iteration become their body, those of none vanish, and every expression
// becomes an object of its own, so that what is planned for it can be looked up by it.
import { InternalError } from '../../../base/errors.js';
import { scalarI32, type Affine, type Kernel, type KernelExpr, type KernelStatement } from '../../../ir/kernel.js';
import type { VariableName } from '../../../ir/kernel.js';

/** Every loop in `body` runs at least twice; terms name each variable once, with a coefficient other than 0. */
export interface SimplifiedKernel {
  readonly name: string;
  /** The name of the chunk's number in `body`, or undefined if there is one chunk, whose number is then put in. */
  readonly chunkVariable: VariableName | undefined;
  readonly body: readonly KernelStatement[];
}

type Loop = Extract<KernelStatement, { kind: 'loop' }>;

/** Iterations of a loop. */
export function tripCount({ begin, end, step }: Omit<Loop, 'kind' | 'variable' | 'body'>): number {
  return Math.max(0, Math.ceil((end - begin) / step));
}

/** @throws InternalError if a loop's bounds are not whole numbers or it does not advance. */
export function simplifyKernel({ name, chunks, chunkVariable, body }: Kernel): SimplifiedKernel {
  const simplifier = new Simplifier(name);
  if (chunks !== 1) return { name, chunkVariable, body: simplifier.statements(body) };
  return { name, chunkVariable: undefined, body: simplifier.with(chunkVariable, 0, body) };
}

class Simplifier {
  readonly #kernelName: string;
  /** Variables that have one value wherever they can be seen. */
  readonly #constants = new Map<VariableName, number>();

  constructor(kernelName: string) {
    this.#kernelName = kernelName;
  }

  with(variable: VariableName, value: number, statements: readonly KernelStatement[]): KernelStatement[] {
    this.#constants.set(variable, value);
    const simplified = this.statements(statements);
    this.#constants.delete(variable);
    return simplified;
  }

  statements(statements: readonly KernelStatement[]): KernelStatement[] {
    return statements.flatMap((statement) => this.#statement(statement));
  }

  #statement(statement: KernelStatement): KernelStatement[] {
    switch (statement.kind) {
      case 'loop':
        return this.#loop(statement);
      case 'let':
      case 'set':
        return [{ ...statement, value: this.#expression(statement.value) }];
      case 'store':
        return [{ ...statement, at: this.#affine(statement.at), value: this.#expression(statement.value) }];
      case 'prefetch':
        // There is no instruction for it.
        return [];
    }
  }

  #loop(loop: Loop): KernelStatement[] {
    const { variable, begin, end, step } = loop;
    if (![begin, end, step].every(Number.isInteger) || step <= 0) {
      throw new InternalError(
        `kernel '${this.#kernelName}': the loop over '${variable}' needs whole bounds and a positive step, ` +
          `received ${begin} to ${end} by ${step}.`,
      );
    }
    const trips = tripCount(loop);
    if (trips === 0) return [];
    if (trips === 1) return this.with(variable, begin, loop.body);
    return [{ ...loop, body: this.statements(loop.body) }];
  }

  #expression(expr: KernelExpr): KernelExpr {
    switch (expr.kind) {
      case 'number':
      case 'laneNumbers':
      case 'register':
        return { ...expr };
      case 'position': {
        const at = this.#affine(expr.at);
        if (at.terms.length === 0) return { kind: 'number', value: at.offset | 0, type: scalarI32 };
        return { ...expr, at };
      }
      case 'load':
        return { ...expr, at: this.#affine(expr.at) };
      case 'gather':
        return { ...expr, at: this.#affine(expr.at), index: this.#expression(expr.index) };
      case 'splat':
      case 'unary':
      case 'shift':
      case 'horizontal':
      case 'lane':
        return { ...expr, value: this.#expression(expr.value) };
      case 'binary':
        return { ...expr, a: this.#expression(expr.a), b: this.#expression(expr.b) };
      case 'select': {
        const [mask, a, b] = [expr.mask, expr.a, expr.b].map((operand) => this.#expression(operand));
        return { ...expr, mask: mask!, a: a!, b: b! };
      }
    }
  }

  #affine({ offset, terms }: Affine): Affine {
    const coefficients = new Map<VariableName, number>();
    for (const { variable, coefficient } of terms) {
      const value = this.#constants.get(variable);
      if (value !== undefined) offset += coefficient * value;
      else coefficients.set(variable, (coefficients.get(variable) ?? 0) + coefficient);
    }
    const remaining = [...coefficients].filter(([, coefficient]) => coefficient !== 0);
    return { offset, terms: remaining.map(([variable, coefficient]) => ({ variable, coefficient })) };
  }
}
