// Prints expressions of the kernel language as C, in terms of what prelude.ts declares. A scalar mask is the int 0 or 1;
// a vector mask has all bits of a lane set or none.
import type { DType } from '../../../base/dtype.js';
import { InternalError } from '../../../base/errors.js';
import type {
  Affine,
  KernelBinary,
  KernelBuffer,
  KernelExpr,
  KernelUnary,
  LaneType,
  ValueType,
} from '../../../ir/kernel.js';

type ExprOf<Kind extends KernelExpr['kind']> = Extract<KernelExpr, { kind: Kind }>;

/** The names that the prelude gives to what holds elements of a dtype. */
const elementNames: { readonly [D in DType]: string | undefined } = {
  float32: 'f32',
  int32: 'i32',
  uint8: 'u8',
  bool: 'mask',
  float64: undefined,
};

/** The C type of an element in memory. */
export function elementType({ name, dtype }: KernelBuffer): string {
  if (dtype === 'float32') return 'float';
  if (dtype === 'int32') return 'int';
  if (dtype === 'uint8' || dtype === 'bool') return 'u8';
  throw new InternalError(`native: kernels do not compute with ${dtype}, as buffer '${name}' would have them.`);
}

/** The prefix of the prelude's functions on elements of a buffer. */
export function elementName({ name, dtype }: KernelBuffer): string {
  const prefix = elementNames[dtype];
  if (prefix === undefined)
    throw new InternalError(`native: kernels do not compute with ${dtype}, as buffer '${name}' would have them.`);
  return prefix;
}

/** The C type of a register. */
export function registerType({ lane, vector }: ValueType): string {
  if (vector) return lane === 'f32' ? 'f32v' : 'i32v';
  return lane === 'f32' ? 'float' : 'int';
}

/** A pointer to a buffer's first element, as the prologue of a kernel declares it. */
export function pointerName(buffer: number): string {
  return `m_${buffer}`;
}

/** `3 + 4L*i + j`, in 64 bits. */
export function printAffine({ offset, terms }: Affine): string {
  const parts = terms
    .filter(({ coefficient }) => coefficient !== 0)
    .map(({ variable, coefficient }) => (coefficient === 1 ? `(long)${variable}` : `${coefficient}L*${variable}`));
  if (offset !== 0 || parts.length === 0) parts.unshift(String(offset));
  return parts.join(' + ').replaceAll('+ -', '- ');
}

/** A float32 as a C constant. */
function printFloat(value: number): string {
  const rounded = Math.fround(value);
  if (Number.isNaN(rounded)) return '__builtin_nanf("")';
  if (!Number.isFinite(rounded)) return rounded > 0 ? '__builtin_inff()' : '(-__builtin_inff())';
  const text = Object.is(rounded, -0) ? '-0' : String(rounded);
  const constant = `${/[.e]/.test(text) ? text : `${text}.0`}f`;
  return text.startsWith('-') ? `(${constant})` : constant;
}

function printInt(value: number): string {
  if (value === -(2 ** 31)) return '(-2147483647 - 1)';
  return value < 0 ? `(${value})` : String(value);
}

const splatName = (lane: LaneType): string => `${lane}_splat`;

const infix: { readonly [Op in KernelBinary]?: string } = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  and: '&',
  or: '|',
  xor: '^',
  equal: '==',
  notEqual: '!=',
  less: '<',
  lessEqual: '<=',
  greater: '>',
  greaterEqual: '>=',
};

/** Prints the expressions of kernels over some buffers. */
export class ExpressionPrinter {
  readonly #buffers: readonly KernelBuffer[];
  readonly #lanes: number;
  /** What vectors of constants are called, by how they would be printed. */
  #named: ReadonlyMap<string, string> = new Map();

  constructor(buffers: readonly KernelBuffer[], lanes: number) {
    this.#buffers = buffers;
    this.#lanes = lanes;
  }

  /** Prints with names for some vectors of constants. */
  withNames<Result>(names: ReadonlyMap<string, string>, print: () => Result): Result {
    const before = this.#named;
    this.#named = names;
    try {
      return print();
    } finally {
      this.#named = before;
    }
  }

  print(expr: KernelExpr): string {
    const { lane, vector } = expr.type;
    switch (expr.kind) {
      case 'number':
        return this.#number(expr);
      case 'register':
        return expr.name;
      case 'position':
        return `(int)(${printAffine(expr.at)})`;
      case 'laneNumbers':
        return `((i32v){${Array.from({ length: this.#lanes }, (_, i) => printInt((i * expr.step) | 0)).join(', ')}})`;
      case 'load':
        return this.#load(expr);
      case 'gather': {
        const { buffer, at, index, scale, count } = expr;
        const from = `${pointerName(buffer)} + ${printAffine(at)}`;
        return `${elementName(this.#buffers[buffer]!)}_gather(${from}, ${this.print(index)}, ${scale}, ${count})`;
      }
      case 'splat':
        return `${splatName(lane)}(${this.print(expr.value)})`;
      case 'unary':
        return this.#unary(expr);
      case 'binary':
        return this.#binary(expr);
      case 'shift': {
        const value = this.print(expr.value);
        if (expr.op === 'shiftLeft')
          return vector ? `(${value} << ${expr.bits})` : `(int)((u32)${value} << ${expr.bits})`;
        if (expr.op === 'shiftRightArithmetic') return `(${value} >> ${expr.bits})`;
        return `${vector ? 'i32' : 'int'}_shift_right_logical(${value}, ${expr.bits})`;
      }
      case 'select': {
        const [mask, a, b] = [expr.mask, expr.a, expr.b].map((operand) => this.print(operand));
        if (!vector) return `(${mask} ? ${a} : ${b})`;
        return `${lane === 'f32' ? 'f32' : 'i32'}_select(${mask}, ${a}, ${b})`;
      }
      case 'horizontal':
        return `${lane}_horizontal_${expr.op}(${this.print(expr.value)})`;
      case 'lane':
        return `${lane}_lane(${this.print(expr.value)}, ${expr.lane})`;
    }
  }

  #number({ value, type: { lane, vector } }: ExprOf<'number'>): string {
    const scalar =
      lane === 'f32' ? printFloat(value) : lane === 'mask' ? String(Number(value !== 0)) : printInt(value | 0);
    if (!vector) return scalar;
    const printed = `${splatName(lane)}(${scalar})`;
    return this.#named.get(printed) ?? printed;
  }

  #load({ buffer, at, stride, count, type }: ExprOf<'load'>): string {
    const name = elementName(this.#buffers[buffer]!);
    const element = `${pointerName(buffer)}[${printAffine(at)}]`;
    if (!type.vector) return name === 'mask' ? `(${element} != 0)` : name === 'u8' ? `(int)${element}` : element;
    const from = `${pointerName(buffer)} + ${printAffine(at)}`;
    if (stride !== 1) return `${name}_load_apart(${from}, ${stride}, ${count})`;
    return count === this.#lanes ? `${name}_load(${from})` : `${name}_load_first(${from}, ${count})`;
  }

  #unary({ op, value, type: { vector } }: ExprOf<'unary'>): string {
    const x = this.print(value);
    const isFloat = value.type.lane === 'f32';
    const call = (vectorName: string, scalarName: string): string => `${vector ? vectorName : scalarName}(${x})`;
    const forms: { readonly [Op in KernelUnary]: () => string } = {
      neg: () => `(-${x})`,
      abs: () => (isFloat ? call('f32_abs', '__builtin_fabsf') : call('i32_abs', 'int_abs')),
      sqrt: () => call('f32_sqrt', '__builtin_sqrtf'),
      roughSqrt: () => call('f32_rough_sqrt', '__builtin_sqrtf'),
      roughReciprocal: () => (vector ? call('f32_rough_reciprocal', '') : `(1.0f / ${x})`),
      flushSubnormal: () => call('f32_flush_subnormal', 'float_flush_subnormal'),
      floor: () => call('f32_floor', '__builtin_floorf'),
      ceil: () => call('f32_ceil', '__builtin_ceilf'),
      nearest: () => call('f32_nearest', '__builtin_rintf'),
      not: () => (vector ? `(~${x})` : `(!${x})`),
      toInt: () => call('i32_of_f32', 'int_of_float'),
      toFloat: () => call('f32_of_i32', '(float)'),
      bitsToFloat: () => call('(f32v)', 'float_of_bits'),
      bitsToInt: () => call('(i32v)', 'bits_of_float'),
      maskToInt: () => (vector ? `(-${x})` : x),
    };
    return forms[op]();
  }

  #binary({ op, a, b, type: { vector } }: ExprOf<'binary'>): string {
    const [left, right] = [this.print(a), this.print(b)];
    const operator = infix[op];
    if (operator !== undefined) return `(${left} ${operator} ${right})`;
    const isFloat = a.type.lane === 'f32';
    const prefix = vector ? (isFloat ? 'f32' : 'i32') : isFloat ? 'float' : 'int';
    return `${prefix}_${op === 'intDiv' ? 'divide' : op}(${left}, ${right})`;
  }
}
