// Checks kernels before anybody runs or prints them: names, types, lanes, and that every access whose position is known
// lies within its buffer. What depends on values at run time (gathered indices) is left to the interpreter.
import { bytesPerElement, type DType } from '../base/dtype.js';
import { InternalError } from '../base/errors.js';
import type {
  Affine,
  Kernel,
  KernelBinary,
  KernelExpr,
  KernelProgram,
  KernelStatement,
  KernelUnary,
  LaneType,
  ValueType,
} from './kernel.js';
import { bufferName, formatAffine, formatExpr, formatStatement, formatType } from './print.js';

/** The lane types that an operation takes, and its result's, where that is another. */
interface Signature {
  readonly takes: readonly LaneType[];
  readonly gives?: LaneType;
}

const numbers: readonly LaneType[] = ['f32', 'i32'];
const comparison: Signature = { takes: numbers, gives: 'mask' };

const unarySignatures: { readonly [Op in KernelUnary]: Signature } = {
  neg: { takes: numbers },
  abs: { takes: numbers },
  sqrt: { takes: ['f32'] },
  roughSqrt: { takes: ['f32'] },
  roughReciprocal: { takes: ['f32'] },
  flushSubnormal: { takes: ['f32'] },
  floor: { takes: ['f32'] },
  ceil: { takes: ['f32'] },
  nearest: { takes: ['f32'] },
  not: { takes: ['mask'] },
  toInt: { takes: ['f32'], gives: 'i32' },
  toFloat: { takes: ['i32'], gives: 'f32' },
  bitsToFloat: { takes: ['i32'], gives: 'f32' },
  bitsToInt: { takes: ['f32'], gives: 'i32' },
  maskToInt: { takes: ['mask'], gives: 'i32' },
};

const binarySignatures: { readonly [Op in KernelBinary]: Signature } = {
  add: { takes: numbers },
  sub: { takes: numbers },
  mul: { takes: numbers },
  div: { takes: ['f32'] },
  intDiv: { takes: ['i32'] },
  max: { takes: numbers },
  min: { takes: numbers },
  pmax: { takes: ['f32'] },
  pmin: { takes: ['f32'] },
  scale: { takes: ['f32'] },
  and: { takes: ['i32', 'mask'] },
  or: { takes: ['i32', 'mask'] },
  xor: { takes: ['i32', 'mask'] },
  equal: comparison,
  notEqual: comparison,
  less: comparison,
  lessEqual: comparison,
  greater: comparison,
  greaterEqual: comparison,
};

/** The lane type in which elements of a dtype are held; undefined for what kernels do not compute with. */
const laneOf: { readonly [D in DType]: LaneType | undefined } = {
  float32: 'f32',
  float64: undefined,
  int32: 'i32',
  uint8: 'i32',
  bool: 'mask',
};

/** @throws InternalError if a buffer, kernel, name, type or access of the program is not in order. */
export function verifyKernels(program: KernelProgram, lanes: number): void {
  program.buffers.forEach((_, index) => verifyBuffer(program, index));
  for (let output = 0; output < program.outputCount; output++) {
    if (!program.buffers.some(({ place }) => place.kind === 'output' && place.index === output))
      throw new InternalError(`kernels: output ${output} has no buffer.`);
  }
  for (const kernels of program.phases) for (const kernel of kernels) verifyKernel(kernel, program, lanes);
}

function verifyBuffer(program: KernelProgram, index: number): void {
  const { dtype, length, place } = program.buffers[index]!;
  const fail = (what: string): never => {
    throw new InternalError(`buffer ${bufferName(program, index)}: ${what}.`);
  };
  if (laneOf[dtype] === undefined) fail(`kernels do not compute with ${dtype}`);
  if (!isCount(length)) fail(`expected a whole number of elements, received ${length}`);
  if ('byteOffset' in place) {
    const { byteOffset } = place;
    const bytes = place.kind === 'local' ? program.localBytes : program.temporaryBytes;
    const size = bytesPerElement(dtype);
    if (!isCount(byteOffset) || byteOffset % size !== 0) fail(`byte ${byteOffset} is not a multiple of ${size}`);
    if (byteOffset + length * size > bytes)
      fail(`${length} elements of ${dtype} at byte ${byteOffset} end after the last of ${bytes} bytes`);
    return;
  }
  const count = place.kind === 'parameter' ? program.parameterCount : program.outputCount;
  if (!isCount(place.index) || place.index >= count) fail(`there is no ${place.kind} ${place.index} of ${count}`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** @throws InternalError that names the kernel and shows the expression or statement that is not in order. */
export function verifyKernel(kernel: Kernel, program: KernelProgram, lanes: number): void {
  new KernelVerifier(kernel, program, lanes).verify();
}

/** What a name stands for. Loop variables have known bounds; the values of registers are not known. */
type Meaning =
  | { readonly kind: 'loop'; readonly first: number; readonly last: number }
  | { readonly kind: 'register'; readonly type: ValueType };

class KernelVerifier {
  readonly #kernel: Kernel;
  readonly #program: KernelProgram;
  readonly #lanes: number;
  /** Names that can be seen where the verifier stands. */
  readonly #scope = new Map<string, Meaning>();
  readonly #allNames = new Set<string>();
  /** The text of the statement at hand. */
  #at = '';

  constructor(kernel: Kernel, program: KernelProgram, lanes: number) {
    this.#kernel = kernel;
    this.#program = program;
    this.#lanes = lanes;
  }

  verify(): void {
    const { chunks, chunkVariable, body } = this.#kernel;
    if (!isCount(chunks) || chunks === 0) this.#fail(`expected at least 1 chunk, received ${chunks}`);
    this.#declare(chunkVariable, { kind: 'loop', first: 0, last: chunks - 1 });
    this.#block(body);
  }

  #fail(what: string): never {
    throw new InternalError(`kernel ${this.#kernel.name}: ${what}${this.#at === '' ? '' : ` in "${this.#at}"`}.`);
  }

  #declare(name: string, meaning: Meaning): void {
    if (this.#allNames.has(name)) this.#fail(`${name} is declared twice`);
    this.#allNames.add(name);
    this.#scope.set(name, meaning);
  }

  #block(body: readonly KernelStatement[]): void {
    const outer = new Set(this.#scope.keys());
    for (const statement of body) this.#statement(statement);
    for (const name of this.#scope.keys()) if (!outer.has(name)) this.#scope.delete(name);
  }

  #statement(statement: KernelStatement): void {
    this.#at = formatStatement(statement, this.#program)[0]!;
    switch (statement.kind) {
      case 'loop':
        this.#loop(statement);
        return;
      case 'let':
        this.#expr(statement.value);
        this.#declare(statement.name, { kind: 'register', type: statement.value.type });
        return;
      case 'set': {
        const { name, value } = statement;
        this.#expr(value);
        const meaning = this.#scope.get(name);
        if (meaning?.kind !== 'register') this.#fail(`${name} is not a register that is defined here`);
        this.#expectType(value, meaning.type, `register ${name}`);
        return;
      }
      case 'store': {
        const { buffer, at, count, value } = statement;
        this.#expr(value);
        this.#access(buffer, at, { stride: 1, count, type: value.type });
        return;
      }
      case 'prefetch':
        // It may lie outside, but its variables have to be there.
        if (!this.#program.buffers[statement.buffer]) this.#fail(`there is no buffer ${statement.buffer}`);
        for (const { variable } of statement.at.terms)
          if (!this.#scope.has(variable)) this.#fail(`${variable} is not defined here`);
    }
  }

  #loop({ variable, begin, end, step, body }: Extract<KernelStatement, { kind: 'loop' }>): void {
    if (![begin, end, step].every(Number.isSafeInteger) || step < 1)
      this.#fail('expected whole numbers and a step of at least 1');
    const last = begin + Math.floor((end - 1 - begin) / step) * step;
    this.#declare(variable, { kind: 'loop', first: begin, last });
    this.#block(body);
    this.#scope.delete(variable);
  }

  #expectType({ type }: KernelExpr, expected: ValueType, what: string): void {
    if (type.lane !== expected.lane || type.vector !== expected.vector)
      this.#fail(`${what} is ${formatType(expected)}, received ${formatType(type)}`);
  }

  #expectLane(expr: KernelExpr, allowed: readonly LaneType[]): void {
    if (!allowed.includes(expr.type.lane))
      this.#fail(`expected ${allowed.join(' or ')}, received ${formatType(expr.type)} ${this.#text(expr)}`);
  }

  #text(expr: KernelExpr): string {
    return formatExpr(expr, this.#program);
  }

  /** The result of an operation on `operand`: as `gives`, and a vector if the operand is one. */
  #expectResult(expr: KernelExpr, operand: KernelExpr, gives: LaneType = operand.type.lane): void {
    this.#expectType(expr, { lane: gives, vector: operand.type.vector }, `the result of ${this.#text(expr)}`);
  }

  #expr(expr: KernelExpr): void {
    switch (expr.kind) {
      case 'number':
        this.#number(expr.value, expr.type);
        return;
      case 'register': {
        const meaning = this.#scope.get(expr.name);
        if (meaning?.kind === 'loop') this.#fail(`${expr.name} is a loop variable: read it as a position`);
        if (!meaning) this.#fail(`${expr.name} is not defined here`);
        this.#expectType(expr, meaning.type, `register ${expr.name}`);
        return;
      }
      case 'position':
        this.#affine(expr.at);
        this.#expectType(expr, { lane: 'i32', vector: false }, 'a position');
        return;
      case 'laneNumbers':
        this.#expectType(expr, { lane: 'i32', vector: true }, 'laneNumbers');
        return;
      case 'load':
        this.#access(expr.buffer, expr.at, expr);
        return;
      case 'gather':
        this.#expr(expr.index);
        this.#expectType(expr.index, { lane: 'i32', vector: true }, 'the index of gather');
        if (!expr.type.vector) this.#fail('gather gives a vector');
        this.#affine(expr.at);
        this.#elements(expr.buffer, expr);
        return;
      case 'splat':
        this.#expr(expr.value);
        if (expr.value.type.vector) this.#fail(`splat takes a scalar, received ${this.#text(expr.value)}`);
        this.#expectType(expr, { lane: expr.value.type.lane, vector: true }, 'the result of splat');
        return;
      case 'unary': {
        const { takes, gives } = unarySignatures[expr.op];
        this.#expr(expr.value);
        this.#expectLane(expr.value, takes);
        this.#expectResult(expr, expr.value, gives);
        return;
      }
      case 'binary': {
        const { takes, gives } = binarySignatures[expr.op];
        this.#expr(expr.a);
        this.#expr(expr.b);
        this.#expectLane(expr.a, takes);
        this.#expectType(expr.b, expr.a.type, `the first operand of ${expr.op}`);
        this.#expectResult(expr, expr.a, gives);
        return;
      }
      case 'shift':
        this.#expr(expr.value);
        this.#expectLane(expr.value, ['i32']);
        if (!isCount(expr.bits) || expr.bits > 31) this.#fail(`cannot shift by ${expr.bits} bits`);
        this.#expectResult(expr, expr.value);
        return;
      case 'select':
        this.#expr(expr.mask);
        this.#expr(expr.a);
        this.#expr(expr.b);
        this.#expectType(expr.mask, { lane: 'mask', vector: expr.a.type.vector }, 'the condition of select');
        this.#expectType(expr.b, expr.a.type, 'the first value of select');
        this.#expectResult(expr, expr.a);
        return;
      case 'horizontal':
        this.#expr(expr.value);
        this.#expectLane(expr.value, numbers);
        this.#lanesToScalar(expr, expr.value);
        return;
      case 'lane':
        this.#expr(expr.value);
        if (!isCount(expr.lane) || expr.lane >= this.#lanes)
          this.#fail(`there is no lane ${expr.lane} of ${this.#lanes}`);
        this.#lanesToScalar(expr, expr.value);
    }
  }

  #number(value: number, type: ValueType): void {
    const fits = {
      // Any number: it is rounded to float32.
      f32: true,
      i32: (value | 0) === value,
      mask: value === 0 || value === 1,
    };
    if (!fits[type.lane]) this.#fail(`${value} is not a value of ${type.lane}`);
  }

  #lanesToScalar(expr: KernelExpr, value: KernelExpr): void {
    if (!value.type.vector) this.#fail(`${expr.kind} takes a vector, received ${this.#text(value)}`);
    this.#expectType(expr, { lane: value.type.lane, vector: false }, `the result of ${expr.kind}`);
  }

  /** Checks the names in a position; gives its smallest and largest value, or nothing if it depends on a register. */
  #affine({ offset, terms }: Affine): { first: number; last: number } | undefined {
    if (![offset, ...terms.map(({ coefficient }) => coefficient)].every(Number.isSafeInteger))
      this.#fail(`expected whole numbers in ${formatAffine({ offset, terms })}`);
    const range = { first: offset, last: offset };
    let known = true;
    let runs = true;
    for (const { variable, coefficient } of terms) {
      const meaning = this.#scope.get(variable);
      if (!meaning) this.#fail(`${variable} is not defined here`);
      if (meaning.kind === 'register') {
        if (meaning.type.lane !== 'i32' || meaning.type.vector)
          this.#fail(`a position is made of i32 scalars, ${variable} is ${formatType(meaning.type)}`);
        known = false;
        continue;
      }
      range.first += Math.min(coefficient * meaning.first, coefficient * meaning.last);
      range.last += Math.max(coefficient * meaning.first, coefficient * meaning.last);
    }
    // A loop without steps: what stands in it never happens.
    for (const meaning of this.#scope.values())
      if (meaning.kind === 'loop' && meaning.last < meaning.first) runs = false;
    return known && runs ? range : undefined;
  }

  /** Checks what any access has: a buffer, a type that fits it, a number of elements. */
  #elements(buffer: number, { count, type }: { readonly count: number; readonly type: ValueType }): void {
    const { dtype } = this.#program.buffers[buffer] ?? this.#fail(`there is no buffer ${buffer}`);
    const lane = laneOf[dtype];
    if (lane !== type.lane)
      this.#fail(
        `${bufferName(this.#program, buffer)} holds ${dtype}, held as ${lane ?? 'nothing'}, received ${formatType(type)}`,
      );
    const most = type.vector ? this.#lanes : 1;
    if (!isCount(count) || count < 1 || count > most)
      this.#fail(`expected 1 to ${most} elements for ${formatType(type)}, received ${count}`);
  }

  #access(
    buffer: number,
    at: Affine,
    access: { readonly stride: number; readonly count: number; readonly type: ValueType },
  ): void {
    this.#elements(buffer, access);
    const range = this.#affine(at);
    if (!range) return;
    const reach = (access.count - 1) * access.stride;
    const first = range.first + Math.min(0, reach);
    const last = range.last + Math.max(0, reach);
    const { length } = this.#program.buffers[buffer]!;
    if (first < 0 || last >= length)
      this.#fail(`elements ${first} to ${last} of ${bufferName(this.#program, buffer)} are accessed, it has ${length}`);
  }
}
