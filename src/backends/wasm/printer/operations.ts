// The instructions for every unary and binary operation, comparison and shift, on vectors and on scalars.
// A scalar mask is the i32 0 or 1; a vector mask has all bits of a lane set or none.
import { InternalError } from '../../../base/errors.js';
import type { KernelBinary, KernelShift, KernelUnary, LaneType, ValueType } from '../../../ir/kernel.js';
import type { FunctionBuilder } from '../encoder/function-builder.js';
import type { Opcode } from '../encoder/opcodes.js';
import type { Local } from '../encoder/value-types.js';

/** One instruction, or what writes a few; the operands are on the stack. */
type Step = Opcode | ((code: FunctionBuilder) => void);
type Steps = readonly Step[];
/** How an operation is done on vectors, and how on scalars. */
type Form = readonly [vector: Steps, scalar: Steps];
/** The forms for the operand types that an operation takes. */
type Forms = { readonly [Lane in LaneType]?: Form };

const unaryForms: { readonly [Op in KernelUnary]: Forms } = {
  neg: { f32: [['f32x4.neg'], ['f32.neg']], i32: [['i32x4.neg'], [constant(-1), 'i32.mul']] },
  abs: { f32: [['f32x4.abs'], ['f32.abs']], i32: [['i32x4.abs'], [absoluteInteger]] },
  sqrt: { f32: [['f32x4.sqrt'], ['f32.sqrt']] },
  roughSqrt: { f32: [['f32x4.sqrt'], ['f32.sqrt']] },
  roughReciprocal: { f32: [[reciprocal(true)], [reciprocal(false)]] },
  flushSubnormal: { f32: [[flushVector], [flushScalar]] },
  floor: { f32: [['f32x4.floor'], ['f32.floor']] },
  ceil: { f32: [['f32x4.ceil'], ['f32.ceil']] },
  nearest: { f32: [['f32x4.nearest'], ['f32.nearest']] },
  not: { mask: [['v128.not'], ['i32.eqz']] },
  toInt: { f32: [['i32x4.trunc_sat_f32x4_s'], ['i32.trunc_sat_f32_s']] },
  toFloat: { i32: [['f32x4.convert_i32x4_s'], ['f32.convert_i32_s']] },
  bitsToFloat: { i32: [[], ['f32.reinterpret_i32']] },
  bitsToInt: { f32: [[], ['i32.reinterpret_f32']] },
  maskToInt: { mask: [[constant(31), 'i32x4.shr_u'], []] },
};

const bitForms = (op: 'and' | 'or' | 'xor'): Forms => {
  const form: Form = [[`v128.${op}`], [`i32.${op}`]];
  return { i32: form, mask: form };
};

const comparisonForms = (float: 'lt' | 'le' | 'gt' | 'ge'): Forms => ({
  f32: [[`f32x4.${float}`], [`f32.${float}`]],
  i32: [[`i32x4.${float}_s`], [`i32.${float}_s`]],
});

const equalityForms = (op: 'eq' | 'ne'): Forms => ({
  f32: [[`f32x4.${op}`], [`f32.${op}`]],
  i32: [[`i32x4.${op}`], [`i32.${op}`]],
  mask: [[`i32x4.${op}`], [`i32.${op}`]],
});

/** Integer division is done by a function of the module instead, where WebAssembly's own would trap. */
const binaryForms: { readonly [Op in Exclude<KernelBinary, 'intDiv'>]: Forms } = {
  add: { f32: [['f32x4.add'], ['f32.add']], i32: [['i32x4.add'], ['i32.add']] },
  sub: { f32: [['f32x4.sub'], ['f32.sub']], i32: [['i32x4.sub'], ['i32.sub']] },
  mul: { f32: [['f32x4.mul'], ['f32.mul']], i32: [['i32x4.mul'], ['i32.mul']] },
  div: { f32: [['f32x4.div'], ['f32.div']] },
  max: { f32: [['f32x4.max'], ['f32.max']], i32: [['i32x4.max_s'], [chooseScalar('i32', 'i32.gt_s', 'first')]] },
  min: { f32: [['f32x4.min'], ['f32.min']], i32: [['i32x4.min_s'], [chooseScalar('i32', 'i32.lt_s', 'first')]] },
  pmax: { f32: [['f32x4.pmax'], [chooseScalar('f32', 'f32.lt', 'second')]] },
  // b < a is a > b.
  pmin: { f32: [['f32x4.pmin'], [chooseScalar('f32', 'f32.gt', 'second')]] },
  scale: { f32: [[scaleVector], [scaleScalar]] },
  and: bitForms('and'),
  or: bitForms('or'),
  xor: bitForms('xor'),
  equal: equalityForms('eq'),
  notEqual: equalityForms('ne'),
  less: comparisonForms('lt'),
  lessEqual: comparisonForms('le'),
  greater: comparisonForms('gt'),
  greaterEqual: comparisonForms('ge'),
};

const shiftForms: { readonly [Op in KernelShift]: readonly [vector: Opcode, scalar: Opcode] } = {
  shiftLeft: ['i32x4.shl', 'i32.shl'],
  shiftRightLogical: ['i32x4.shr_u', 'i32.shr_u'],
  shiftRightArithmetic: ['i32x4.shr_s', 'i32.shr_s'],
};

/** @throws InternalError if the operation does not take operands of the type. */
export function writeUnary(code: FunctionBuilder, op: KernelUnary, operand: ValueType): void {
  writeForm(code, op, unaryForms[op], operand);
}

/** The two operands have the type `operand`. @throws InternalError if the operation does not take it. */
export function writeBinary(code: FunctionBuilder, op: Exclude<KernelBinary, 'intDiv'>, operand: ValueType): void {
  writeForm(code, op, binaryForms[op], operand);
}

/** @throws InternalError for a value that is not of i32. */
export function writeShift(code: FunctionBuilder, op: KernelShift, bits: number, operand: ValueType): void {
  if (operand.lane !== 'i32') throw unsupported(op, operand);
  code.i32Const(bits).op(shiftForms[op][operand.vector ? 0 : 1]);
}

/** Converts what is on the stack from the type of `from` to the lane type `to`. */
export function writeConversion(code: FunctionBuilder, from: ValueType, to: LaneType): void {
  const { lane, vector } = from;
  if (lane === to) return;
  if (to === 'mask') {
    writeZero(code, from);
    writeBinary(code, 'notEqual', from);
    return;
  }
  if (lane === 'f32') return writeUnary(code, 'toInt', from);
  if (lane === 'mask') writeUnary(code, 'maskToInt', from);
  if (to === 'f32') writeUnary(code, 'toFloat', { lane: 'i32', vector });
}

function writeZero(code: FunctionBuilder, type: ValueType): void {
  if (type.vector) code.i32x4Const(0, 0, 0, 0);
  else if (type.lane === 'f32') code.f32Const(0);
  else code.i32Const(0);
}

function writeForm(code: FunctionBuilder, op: string, forms: Forms, operand: ValueType): void {
  const form = forms[operand.lane];
  if (form === undefined) throw unsupported(op, operand);
  for (const step of form[operand.vector ? 0 : 1]) {
    if (typeof step === 'string') code.op(step);
    else step(code);
  }
}

function constant(value: number): Step {
  return (code) => code.i32Const(value);
}

/** 1 / x. */
function reciprocal(vector: boolean): Step {
  return (code) => {
    const divisor = code.local(vector ? 'v128' : 'f32');
    code.set(divisor);
    if (vector) code.f32x4Const(1, 1, 1, 1).get(divisor).op('f32x4.div');
    else code.f32Const(1).get(divisor).op('f32.div');
    code.release(divisor);
  };
}

// Numbers less than the smallest normal one become 0; of what is not a number that does not hold.
const smallestNormal = 2 ** -126;

function flushVector(code: FunctionBuilder): void {
  const value = code.local('v128');
  code.tee(value).get(value).op('f32x4.abs');
  code.f32x4Const(smallestNormal, smallestNormal, smallestNormal, smallestNormal).op('f32x4.lt').op('v128.andnot');
  code.release(value);
}

function flushScalar(code: FunctionBuilder): void {
  const value = code.local('f32');
  code.set(value).f32Const(0).get(value).get(value).op('f32.abs').f32Const(smallestNormal).op('f32.lt').select();
  code.release(value);
}

// 2^b is put in by its exponent's bits, in two steps, as neither the least results nor the largest b are exponents of
// normal numbers. b as an integer stands in the lowest bits of 1.5 2^23 + b: cheaper than a conversion that minds all
// other numbers.
const wholeInBits = 1.5 * 2 ** 23;
const bitsOfZero = 0x4b400000;
const exponentBias = 127;
const exponentShift = 23;

function scaleVector(code: FunctionBuilder): void {
  const power = code.local('v128');
  const half = code.local('v128');
  const everyLane = (value: number): FunctionBuilder => code.i32x4Const(value, value, value, value);
  const multiply = (): void => {
    everyLane(exponentBias).op('i32x4.add').i32Const(exponentShift).op('i32x4.shl').op('f32x4.mul');
  };
  code.f32x4Const(wholeInBits, wholeInBits, wholeInBits, wholeInBits).op('f32x4.add');
  everyLane(bitsOfZero).op('i32x4.sub').set(power);
  code.get(power).i32Const(1).op('i32x4.shr_s').tee(half);
  multiply();
  code.get(power).get(half).op('i32x4.sub');
  multiply();
  code.release(power).release(half);
}

/** As one lane of vectors: rare enough. */
function scaleScalar(code: FunctionBuilder): void {
  const power = code.local('f32');
  code.set(power).op('f32x4.splat').get(power).op('f32x4.splat');
  scaleVector(code);
  code.lane('f32x4.extract_lane', 0);
  code.release(power);
}

/** |x| = (x xor s) - s, where s is 0 or, for negative x, -1. */
function absoluteInteger(code: FunctionBuilder): void {
  const value = code.local('i32');
  const sign = code.local('i32');
  code.tee(value).get(value).i32Const(31).op('i32.shr_s').tee(sign).op('i32.xor').get(sign).op('i32.sub');
  code.release(value).release(sign);
}

/** Leaves one of the two operands: the one named if `comparison` holds of them, else the other. */
function chooseScalar(type: 'i32' | 'f32', comparison: Opcode, chosen: 'first' | 'second'): Step {
  return (code) => {
    const first = code.local(type);
    const second = code.local(type);
    const [yes, no]: [Local, Local] = chosen === 'first' ? [first, second] : [second, first];
    code.set(second).set(first);
    code.get(yes).get(no).get(first).get(second).op(comparison).select();
    code.release(first).release(second);
  };
}

function unsupported(op: string, { lane, vector }: ValueType): InternalError {
  return new InternalError(`kernel operation '${op}' does not take ${vector ? 'vectors' : 'scalars'} of ${lane}.`);
}
