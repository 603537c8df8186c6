// Prints the expressions of one kernel: each leaves its value on the stack.
import { InternalError } from '../../../base/errors.js';
import type { KernelBuffer, KernelExpr, VariableName } from '../../../ir/kernel.js';
import type { FunctionBuilder } from '../encoder/function-builder.js';
import type { FunctionRef, Local } from '../encoder/value-types.js';
import type { Reference } from './addresses.js';
import { bitsOfNumber, constantLanes, type LaneBits } from './constants.js';
import { isSafeDivisor } from './division.js';
import {
  canLoadSplat,
  writeLaneLoads,
  writeScalarLoad,
  writeSplatLoad,
  writeVectorLoad,
  type PushAddress,
} from './memory-access.js';
import { writeBinary, writeShift, writeUnary } from './operations.js';
import type { PointerWriter } from './pointer-writer.js';

type ExprOf<Kind extends KernelExpr['kind']> = Extract<KernelExpr, { kind: Kind }>;

/** What an expression may refer to. */
export interface ExpressionContext {
  readonly code: FunctionBuilder;
  readonly buffers: readonly KernelBuffer[];
  readonly pointers: PointerWriter;
  readonly register: (name: VariableName) => Local;
  /** The module's function for an i32 division that never traps. */
  readonly divide: () => FunctionRef;
}

export class ExpressionWriter {
  readonly #context: ExpressionContext;
  readonly #code: FunctionBuilder;
  readonly #keptConstants = new Map<string, Local>();

  constructor(context: ExpressionContext) {
    this.#context = context;
    this.#code = context.code;
  }

  /** Puts constants into locals that later uses read. */
  keep(constants: readonly LaneBits[]): void {
    for (const lanes of constants) {
      const local = this.#code.local('v128');
      this.#code.i32x4Const(...lanes).set(local);
      this.#keptConstants.set(lanes.join(), local);
    }
  }

  write(expr: KernelExpr): void {
    const lanes = constantLanes(expr);
    if (lanes !== undefined) this.#constant(lanes);
    else this.#variable(expr);
  }

  #variable(expr: KernelExpr): void {
    const { pointers, register } = this.#context;
    switch (expr.kind) {
      case 'number':
        this.#scalarNumber(expr);
        break;
      case 'laneNumbers':
        break; // A constant.
      case 'register':
        this.#code.get(register(expr.name));
        break;
      case 'position':
        pointers.pushNumber(pointers.references(expr)[0]!);
        break;
      case 'load':
        this.#load(expr);
        break;
      case 'gather':
        this.#gather(expr);
        break;
      case 'splat':
        this.#splat(expr);
        break;
      case 'unary':
        this.write(expr.value);
        writeUnary(this.#code, expr.op, expr.value.type);
        break;
      case 'binary':
        if (expr.op === 'intDiv') {
          this.#divide(expr);
          break;
        }
        this.write(expr.a);
        this.write(expr.b);
        writeBinary(this.#code, expr.op, expr.a.type);
        break;
      case 'shift':
        this.write(expr.value);
        writeShift(this.#code, expr.op, expr.bits, expr.value.type);
        break;
      case 'select':
        this.write(expr.a);
        this.write(expr.b);
        this.write(expr.mask);
        if (expr.type.vector) this.#code.op('v128.bitselect');
        else this.#code.select();
        break;
      case 'horizontal':
        this.#horizontal(expr);
        break;
      case 'lane':
        this.write(expr.value);
        this.#extractLane(expr);
        break;
    }
  }

  #constant(lanes: LaneBits): void {
    const kept = this.#keptConstants.get(lanes.join());
    if (kept !== undefined) this.#code.get(kept);
    else this.#code.i32x4Const(...lanes);
  }

  #scalarNumber({ value, type }: ExprOf<'number'>): void {
    if (type.lane === 'f32') this.#code.f32Const(value);
    else this.#code.i32Const(type.lane === 'mask' ? Number(value !== 0) : bitsOfNumber(value, type.lane));
  }

  #load(expr: ExprOf<'load'>): void {
    const { code, buffers, pointers } = this.#context;
    const { dtype } = buffers[expr.buffer]!;
    const pushes = pointers.references(expr).map((reference) => this.#addressOf(reference));
    if (!expr.type.vector) writeScalarLoad(code, dtype, expr.type, pushes[0]!);
    else if (expr.stride === 1) writeVectorLoad(code, dtype, expr.type, expr.count, pushes[0]!);
    else if (expr.stride === 0 && expr.count === 4 && canLoadSplat(dtype)) writeSplatLoad(code, pushes[0]!);
    else writeLaneLoads(code, dtype, expr.type, pushes);
  }

  #addressOf(reference: Reference): PushAddress {
    return () => this.#context.pointers.push(reference);
  }

  /** All addresses are reckoned at once, as the lanes of a vector. */
  #gather(expr: ExprOf<'gather'>): void {
    const { code, buffers, pointers } = this.#context;
    const { dtype } = buffers[expr.buffer]!;
    const bytes = canLoadSplat(dtype) ? 4 : 1;
    const addresses = code.local('v128');
    this.write(expr.index);
    const factor = expr.scale * bytes;
    if (factor !== 1) {
      const lane = factor | 0;
      this.#constant([lane, lane, lane, lane]);
      code.op('i32x4.mul');
    }
    const offset = pointers.push(pointers.references(expr)[0]!);
    code.op('i32x4.splat').op('i32x4.add').set(addresses);
    const pushes = Array.from({ length: expr.count }, (_, lane): PushAddress => () => {
      code.get(addresses).lane('i32x4.extract_lane', lane);
      return offset;
    });
    writeLaneLoads(code, dtype, expr.type, pushes);
    code.release(addresses);
  }

  #splat({ value }: ExprOf<'splat'>): void {
    const { code, buffers, pointers } = this.#context;
    if (value.kind === 'load' && canLoadSplat(buffers[value.buffer]!.dtype)) {
      writeSplatLoad(code, this.#addressOf(pointers.references(value)[0]!));
      return;
    }
    this.write(value);
    if (value.type.lane === 'f32') code.op('f32x4.splat');
    else code.op('i32x4.splat');
    // 1 becomes all ones.
    if (value.type.lane === 'mask') code.op('i32x4.neg');
  }

  #divide({ a, b, type }: ExprOf<'binary'>): void {
    const code = this.#code;
    // Engines turn a division by a known number into a multiplication.
    const divisors = type.vector ? constantLanes(b) : b.kind === 'number' ? [b.value] : undefined;
    const isSafe = divisors?.every(isSafeDivisor) === true;
    const divide = (): void => {
      if (isSafe) code.op('i32.div_s');
      else code.call(this.#context.divide());
    };
    if (!type.vector) {
      this.write(a);
      this.write(b);
      divide();
      return;
    }
    const [dividend, divisor] = [code.local('v128'), code.local('v128')];
    this.write(a);
    code.set(dividend);
    if (!isSafe) {
      this.write(b);
      code.set(divisor);
    }
    for (let lane = 0; lane < 4; lane++) {
      code.get(dividend).lane('i32x4.extract_lane', lane);
      if (isSafe) code.i32Const(divisors[lane]!);
      else code.get(divisor).lane('i32x4.extract_lane', lane);
      divide();
      if (lane === 0) code.op('i32x4.splat');
      else code.lane('i32x4.replace_lane', lane);
    }
    code.release(dividend).release(divisor);
  }

  /** (lane 0 with lane 2) with (lane 1 with lane 3). */
  #horizontal({ op, value, type }: ExprOf<'horizontal'>): void {
    const code = this.#code;
    const operands = code.local('v128');
    this.write(value);
    for (const distance of [2, 1]) {
      code.tee(operands).get(operands).get(operands);
      // Lane i of the second operand is lane i + distance of the first.
      code.shuffle(Array.from({ length: 16 }, (_, byte) => (byte + 4 * distance) % 16));
      writeBinary(code, op, value.type);
    }
    code.release(operands);
    code.lane(type.lane === 'f32' ? 'f32x4.extract_lane' : 'i32x4.extract_lane', 0);
  }

  #extractLane({ lane, type }: ExprOf<'lane'>): void {
    if (type.vector) throw new InternalError(`kernel: lane ${lane} of a vector is a scalar.`);
    this.#code.lane(type.lane === 'f32' ? 'f32x4.extract_lane' : 'i32x4.extract_lane', lane);
    // All ones become 1.
    if (type.lane === 'mask') this.#code.i32Const(1).op('i32.and');
  }
}
