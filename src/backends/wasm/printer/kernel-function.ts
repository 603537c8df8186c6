// Prints one kernel as a function (begin, end, table) that runs the chunks from `begin` up to `end`, which are one or
// more: its statements and loops. Expressions and addresses have files of their own.
import { InternalError } from '../../../base/errors.js';
import type { Kernel, KernelBuffer, KernelProgram, KernelStatement, VariableName } from '../../../ir/kernel.js';
import type { FunctionBuilder } from '../encoder/function-builder.js';
import type { FunctionRef, Local } from '../encoder/value-types.js';
import { planAddresses } from './addresses.js';
import { constantsToKeep } from './constants.js';
import { ExpressionWriter } from './expression-writer.js';
import { writeScalarStore, writeVectorStore } from './memory-access.js';
import { PointerWriter } from './pointer-writer.js';
import { simplifyKernel, tripCount } from './simplify.js';

type Statement<Kind extends KernelStatement['kind']> = Extract<KernelStatement, { kind: Kind }>;

/** begin, end: chunks; table: the address of the table of addresses. */
export const kernelFunctionType = { parameters: ['i32', 'i32', 'i32'], results: [] } as const;

/**
 * Writes the body of the kernel's function.
 * @param divide the module's function for an i32 division that never traps
 * @throws InternalError if the kernel is not in order
 */
export function writeKernel(
  code: FunctionBuilder,
  kernel: Kernel,
  { buffers, parameterCount }: KernelProgram,
  divide: () => FunctionRef,
): void {
  const simplified = simplifyKernel(kernel);
  const plan = planAddresses(simplified, buffers, parameterCount);
  const registers = new Map<VariableName, Local>();
  const register = (name: VariableName): Local => {
    const local = registers.get(name);
    if (local !== undefined) return local;
    throw new InternalError(`kernel '${kernel.name}': register '${name}' is used where it is not defined.`);
  };
  const pointers = new PointerWriter(code, plan, register);
  const expressions = new ExpressionWriter({ code, buffers, pointers, register, divide });
  const statements = new StatementWriter(code, buffers, registers, pointers, expressions);

  const { chunkVariable, body } = simplified;
  const [begin, end, table] = [code.parameter(0), code.parameter(1), code.parameter(2)];
  pointers.loadBases(table);
  expressions.keep(constantsToKeep(body));
  if (chunkVariable === undefined) statements.block(body);
  else statements.chunkLoop(chunkVariable, begin, end, body);
}

class StatementWriter {
  readonly #code: FunctionBuilder;
  readonly #buffers: readonly KernelBuffer[];
  readonly #registers: Map<VariableName, Local>;
  readonly #pointers: PointerWriter;
  readonly #expressions: ExpressionWriter;

  constructor(
    code: FunctionBuilder,
    buffers: readonly KernelBuffer[],
    registers: Map<VariableName, Local>,
    pointers: PointerWriter,
    expressions: ExpressionWriter,
  ) {
    this.#code = code;
    this.#buffers = buffers;
    this.#registers = registers;
    this.#pointers = pointers;
    this.#expressions = expressions;
  }

  /** Writes statements; the registers they define end with them. */
  block(statements: readonly KernelStatement[]): void {
    for (const statement of statements) this.#statement(statement);
    for (const statement of statements) {
      if (statement.kind !== 'let') continue;
      this.#pointers.leaveRegister(statement.name);
      this.#code.release(this.#registers.get(statement.name)!);
      this.#registers.delete(statement.name);
    }
  }

  /** The loop over the chunks from `begin`, which is also its counter, up to `end`. */
  chunkLoop(variable: VariableName, begin: Local, end: Local, body: readonly KernelStatement[]): void {
    const code = this.#code;
    this.#pointers.enterLoop(variable, begin);
    code.loop((again) => {
      this.block(body);
      this.#pointers.stepLoop(variable, 1);
      code.get(begin).i32Const(1).op('i32.add').tee(begin);
      code.get(end).op('i32.lt_u').brIf(again);
    });
    this.#pointers.leaveLoop(variable);
  }

  #statement(statement: KernelStatement): void {
    switch (statement.kind) {
      case 'loop':
        this.#loop(statement);
        break;
      case 'let':
        this.#let(statement);
        break;
      case 'set':
        this.#expressions.write(statement.value);
        this.#code.set(this.#registers.get(statement.name)!);
        break;
      case 'store':
        this.#store(statement);
        break;
      case 'prefetch':
        break;
    }
  }

  #loop(loop: Statement<'loop'>): void {
    const code = this.#code;
    const { variable, begin, step } = loop;
    const trips = tripCount(loop);
    this.#pointers.enterLoop(variable, begin);
    const mover = this.#pointers.endOfLoop(variable, begin, step, trips);
    if (mover !== undefined) {
      code.loop((again) => {
        this.block(loop.body);
        this.#pointers.stepLoop(variable, step);
        code.get(mover.local);
        if (typeof mover.end === 'number') code.i32Const(mover.end);
        else code.get(mover.end);
        code.op('i32.ne').brIf(again);
      });
      if (typeof mover.end !== 'number') code.release(mover.end);
    } else {
      const remaining = code.local('i32');
      code.i32Const(trips).set(remaining);
      code.loop((again) => {
        this.block(loop.body);
        this.#pointers.stepLoop(variable, step);
        code.get(remaining).i32Const(1).op('i32.sub').tee(remaining).brIf(again);
      });
      code.release(remaining);
    }
    this.#pointers.leaveLoop(variable);
  }

  #let({ name, value }: Statement<'let'>): void {
    const { lane, vector } = value.type;
    const local = this.#code.local(vector ? 'v128' : lane === 'f32' ? 'f32' : 'i32');
    this.#expressions.write(value);
    this.#code.set(local);
    this.#registers.set(name, local);
    this.#pointers.enterRegister(name);
  }

  #store(store: Statement<'store'>): void {
    const { value, count } = store;
    const { dtype } = this.#buffers[store.buffer]!;
    const reference = this.#pointers.references(store)[0]!;
    const push = (): number => this.#pointers.push(reference);
    const pushValue = (): void => this.#expressions.write(value);
    if (value.type.vector) writeVectorStore(this.#code, dtype, value.type, count, push, pushValue);
    else writeScalarStore(this.#code, dtype, value.type, push, pushValue);
  }
}
