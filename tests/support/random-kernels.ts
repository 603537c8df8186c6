// Draws random programs of kernels that are in order: every access lies inside its buffer, and chunks do not depend on
// each other. What they compute has no meaning; it is for comparing what reads kernels with the interpreter.
import { allocate, type DType, type TypedArray } from '../../src/base/dtype.js';
import type { RandomStream } from '../../src/base/random.js';
import type {
  Affine,
  Kernel,
  KernelBinary,
  KernelBuffer,
  KernelExpr,
  KernelProgram,
  KernelStatement,
  KernelUnary,
  LaneType,
  ValueType,
} from '../../src/ir/kernel.js';
import {
  at,
  binary,
  f32,
  gatherLanes,
  i32,
  laneNumbers,
  mask,
  num,
  position,
  reg,
  select,
  splat,
  unary,
} from './kernels.js';

const scalarOf = ({ lane }: ValueType): ValueType => ({ lane, vector: false });

const dtypesOfLane: { readonly [Lane in LaneType]: readonly DType[] } = {
  f32: ['float32'],
  i32: ['int32', 'uint8'],
  mask: ['bool'],
};

const vectorTypes = [f32, i32, mask];
const comparisons: readonly KernelBinary[] = ['equal', 'notEqual', 'less', 'lessEqual', 'greater', 'greaterEqual'];
const bitOps: readonly KernelBinary[] = ['and', 'or', 'xor'];
const floatBinaries: readonly KernelBinary[] = ['add', 'sub', 'mul', 'div', 'max', 'min', 'pmax', 'pmin'];
const intBinaries: readonly KernelBinary[] = ['add', 'sub', 'mul', 'intDiv', 'max', 'min', ...bitOps];
const floatUnaries: readonly KernelUnary[] = ['neg', 'abs', 'sqrt', 'floor', 'ceil', 'nearest'];

/** Values at which operations behave in their own way. */
export const specialFloats: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  2 ** 23,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  1e30,
  -1e30,
  1e-40,
  -1e-45,
  2 ** -126,
  3.4028234663852886e38,
  Infinity,
  -Infinity,
  NaN,
];
export const specialInts: readonly number[] = [
  0,
  1,
  -1,
  2,
  -2,
  7,
  127,
  128,
  255,
  256,
  65535,
  65536,
  2 ** 24 + 1,
  2 ** 31 - 1,
  -(2 ** 31),
  -(2 ** 31) + 1,
];

/** A variable in scope: its values lie in [first, last]. */
interface Variable {
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

interface Register {
  readonly name: string;
  readonly type: ValueType;
}

/** A store that a later load of the same chunk may read back. */
interface Stored {
  readonly buffer: number;
  readonly at: Affine;
  readonly count: number;
  readonly type: ValueType;
}

interface Scope {
  readonly variables: readonly Variable[];
  readonly registers: Register[];
  readonly stores: Stored[];
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface RandomProgram {
  readonly program: KernelProgram;
  readonly parameters: readonly TypedArray[];
}

/** A program for vectors of `lanes` lanes, and the values of its parameters. */
export function randomProgram(stream: RandomStream, lanes = 4): RandomProgram {
  return new Generator(stream, lanes).program();
}

class Generator {
  readonly #stream: RandomStream;
  readonly #lanes: number;
  readonly #buffers: Mutable<KernelBuffer>[] = [];
  #names = 0;
  #chunk: Variable = { name: 'chunk', first: 0, last: 0 };

  constructor(stream: RandomStream, lanes: number) {
    this.#stream = stream;
    this.#lanes = lanes;
  }

  program(): RandomProgram {
    for (let index = 0; index < 6; index++) {
      const dtype = (['float32', 'int32', 'uint8', 'bool', 'float32', 'uint8'] as const)[index]!;
      this.#buffers.push({ name: `p${index}`, dtype, length: 4, place: { kind: 'parameter', index } });
    }
    const phaseCount = this.#chance(0.5) ? 1 : 2;
    const phases = Array.from({ length: phaseCount }, () =>
      Array.from({ length: 1 + this.#below(3) }, () => this.#kernel()),
    );
    return this.#finish(phases);
  }

  /** Gives the buffers the lengths that turned out to be needed, and places. */
  #finish(phases: Kernel[][]): RandomProgram {
    const bytes = { temporary: 0, local: 0 };
    for (const buffer of this.#buffers) {
      if ('index' in buffer.place) continue;
      const { kind } = buffer.place;
      buffer.place = { kind, byteOffset: bytes[kind] };
      bytes[kind] = Math.ceil((bytes[kind] + 4 * buffer.length) / 64) * 64;
    }
    const countOf = (kind: string): number => this.#buffers.filter(({ place }) => place.kind === kind).length;
    const parameters = this.#buffers
      .filter(({ place }) => place.kind === 'parameter')
      .map(({ dtype, length }) => this.#values(dtype, length));
    const program: KernelProgram = {
      buffers: this.#buffers,
      phases,
      temporaryBytes: bytes.temporary,
      localBytes: bytes.local,
      parameterCount: countOf('parameter'),
      outputCount: countOf('output'),
    };
    return { program, parameters };
  }

  #values(dtype: DType, length: number): TypedArray {
    const array = allocate(dtype, length);
    for (let index = 0; index < length; index++) {
      array[index] =
        dtype === 'float32' ? this.#float() : dtype === 'int32' ? this.#int() : this.#below(dtype === 'bool' ? 2 : 256);
    }
    return array;
  }

  #float(): number {
    return Math.fround(this.#chance(0.1) ? this.#pick(specialFloats) : this.#stream.normal() * 4);
  }

  #int(): number {
    return this.#chance(0.3) ? this.#pick(specialInts) : this.#below(41) - 20;
  }

  #below(bound: number): number {
    return this.#stream.below(bound);
  }

  #chance(probability: number): boolean {
    return this.#stream.uniform() < probability;
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#below(values.length)]!;
  }

  #name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  #kernel(): Kernel {
    const chunks = 1 + this.#below(4);
    this.#chunk = { name: this.#name('chunk'), first: 0, last: chunks - 1 };
    const scope: Scope = { variables: [this.#chunk], registers: [], stores: [] };
    const body = this.#block(scope, 3);
    body.push(this.#store(scope));
    return { name: this.#name('kernel'), comment: 'random', chunks, chunkVariable: this.#chunk.name, body, flops: 0 };
  }

  #block(outer: Scope, depth: number): KernelStatement[] {
    const scope: Scope = { ...outer, registers: [...outer.registers], stores: [...outer.stores] };
    return Array.from({ length: 1 + this.#below(4) }, () => this.#statement(scope, depth));
  }

  #statement(scope: Scope, depth: number): KernelStatement {
    const kind = this.#stream.uniform();
    if (kind < 0.35 && depth > 0) return this.#loop(scope, depth);
    if (kind < 0.6) {
      const value = this.#expression(this.#anyType(), scope, 3);
      const name = this.#name('r');
      scope.registers.push({ name, type: value.type });
      return { kind: 'let', name, value };
    }
    if (kind < 0.7 && scope.registers.length > 0) {
      const { name, type } = this.#pick(scope.registers);
      return { kind: 'set', name, value: this.#expression(type, scope, 3) };
    }
    if (kind < 0.78) {
      // A register for addresses: its values are 0 to 3. Some are set again, which addresses have to follow.
      const value = this.#smallInteger(scope);
      const name = this.#name('n');
      const variable: Variable = { name, first: 0, last: 3 };
      (scope.variables as Variable[]).push(variable);
      return { kind: 'let', name, value };
    }
    if (kind < 0.84) {
      const small = scope.variables.filter((variable) => variable.name.startsWith('n'));
      if (small.length > 0) return { kind: 'set', name: this.#pick(small).name, value: this.#smallInteger(scope) };
    }
    return this.#store(scope);
  }

  #smallInteger(scope: Scope): KernelExpr {
    const type = scalarOf(i32);
    return binary('and', this.#expression(type, scope, 1), num(3, type));
  }

  #loop(scope: Scope, depth: number): KernelStatement {
    const begin = this.#below(7) - 3;
    const step = 1 + this.#below(4);
    const trips = this.#below(5);
    const end = begin + trips * step - (trips > 0 ? this.#below(step) : 0);
    const variable: Variable = { name: this.#name('i'), first: begin, last: begin + Math.max(0, trips - 1) * step };
    const inner: Scope = { ...scope, variables: [...scope.variables, variable] };
    return { kind: 'loop', variable: variable.name, begin, end, step, body: this.#block(inner, depth - 1) };
  }

  /** Terms in some of the variables, and the range of their sum. */
  #terms(variables: readonly Variable[]): { terms: [string, number][]; first: number; last: number } {
    const terms: [string, number][] = [];
    let [first, last] = [0, 0];
    for (const variable of variables) {
      if (this.#chance(0.4)) continue;
      const coefficient = this.#below(8) - 2;
      terms.push([variable.name, coefficient]);
      first += Math.min(coefficient * variable.first, coefficient * variable.last);
      last += Math.max(coefficient * variable.first, coefficient * variable.last);
    }
    return { terms, first, last };
  }

  /** A place to read `reachFirst` to `reachLast` elements around, in a buffer that is made long enough. */
  #place(buffer: number, scope: Scope, reachFirst: number, reachLast: number): Affine {
    const { terms, first, last } = this.#terms(scope.variables);
    const offset = -(first + reachFirst) + this.#below(3);
    this.#lengthen(buffer, offset + last + reachLast + 1);
    return at(offset, ...terms);
  }

  #lengthen(buffer: number, length: number): void {
    const record = this.#buffers[buffer]!;
    record.length = Math.max(record.length, length);
  }

  /** Every store has a buffer of its own, in which chunks write to pieces of their own. */
  #store(scope: Scope): KernelStatement {
    const type = this.#anyType();
    const value = this.#expression(type, scope, 3);
    const count = type.vector ? 1 + this.#below(this.#lanes) : 1;
    const { terms, first, last } = this.#terms(scope.variables.filter(({ name }) => name !== this.#chunk.name));
    const span = last - first + count;
    const index = this.#buffers.length;
    const kind = this.#chance(0.8) ? 'output' : this.#chance(0.5) ? 'local' : 'temporary';
    // What a thread has of its own is not shared out among chunks.
    const chunks = kind === 'local' ? 1 : this.#chunk.last + 1;
    const outputs = this.#buffers.filter(({ place }) => place.kind === 'output').length;
    this.#buffers.push({
      name: this.#name('b'),
      dtype: this.#pick(dtypesOfLane[type.lane]),
      length: span * chunks,
      place: kind === 'output' ? { kind, index: outputs } : { kind, byteOffset: 0 },
    });
    const place = kind === 'local' ? at(-first, ...terms) : at(-first, ...terms, [this.#chunk.name, span]);
    // Variables that hold registers may have changed by the time it is read back.
    if (terms.every(([name]) => !name.startsWith('n'))) scope.stores.push({ buffer: index, at: place, count, type });
    const store = { kind: 'store', buffer: index, at: place, count, value } as const;
    return value.type.vector && count === this.#lanes ? { ...store, streamed: true } : store;
  }

  #anyType(): ValueType {
    const type = this.#pick(vectorTypes);
    return this.#chance(0.7) ? type : scalarOf(type);
  }

  #expression(type: ValueType, scope: Scope, depth: number): KernelExpr {
    if (depth === 0 || this.#chance(0.2)) return this.#leaf(type, scope);
    const operand = (lane: LaneType): KernelExpr => this.#expression({ lane, vector: type.vector }, scope, depth - 1);
    if (this.#chance(0.1)) return select(operand('mask'), operand(type.lane), operand(type.lane));
    if (this.#chance(0.1)) {
      const scalar = scalarOf(type);
      const vector = { ...type, vector: true };
      if (type.vector) return splat(this.#expression(scalar, scope, depth - 1));
      const value = this.#expression(vector, scope, depth - 1);
      if (type.lane === 'mask' || this.#chance(0.5))
        return { kind: 'lane', value, lane: this.#below(this.#lanes), type };
      return { kind: 'horizontal', op: this.#pick(['add', 'mul', 'max', 'min'] as const), value, type };
    }
    switch (type.lane) {
      case 'f32': {
        if (this.#chance(0.15)) return unary(this.#pick(['toFloat', 'bitsToFloat'] as const), operand('i32'), 'f32');
        if (this.#chance(0.3)) return unary(this.#pick(floatUnaries), operand('f32'));
        if (this.#chance(0.1)) return this.#scaled(operand('f32'), operand('f32'));
        return binary(this.#pick(floatBinaries), operand('f32'), operand('f32'));
      }
      case 'i32': {
        if (this.#chance(0.1)) return unary('maskToInt', operand('mask'), 'i32');
        if (this.#chance(0.1)) return unary('toInt', operand('f32'), 'i32');
        if (this.#chance(0.1)) return this.#bitsOf(operand('f32'));
        if (this.#chance(0.2)) return unary(this.#pick(['neg', 'abs'] as const), operand('i32'));
        if (this.#chance(0.2)) {
          const op = this.#pick(['shiftLeft', 'shiftRightLogical', 'shiftRightArithmetic'] as const);
          return { kind: 'shift', op, value: operand('i32'), bits: this.#below(32), type };
        }
        return binary(this.#pick(intBinaries), operand('i32'), operand('i32'));
      }
      case 'mask': {
        if (this.#chance(0.15)) return unary('not', operand('mask'));
        if (this.#chance(0.3)) return binary(this.#pick(bitOps), operand('mask'), operand('mask'));
        const lane = this.#pick(['f32', 'i32'] as const);
        return binary(this.#pick(comparisons), operand(lane), operand(lane), 'mask');
      }
    }
  }

  /** A float between 0.5 and 2 times a power of two that is neither too small nor too large for it. */
  #scaled(value: KernelExpr, power: KernelExpr): KernelExpr {
    const { type } = value;
    // The limits come first: of two operands one of which is NaN, these operations give the first.
    const limited = (x: KernelExpr, least: number, most: number): KernelExpr =>
      binary('pmin', binary('pmax', num(least, type), x), num(most, type));
    return binary('scale', limited(value, 0.5, 2), unary('nearest', limited(power, -150, 130)));
  }

  /** The bits of a float; of 0 where it is NaN, whose bits are not determined. */
  #bitsOf(value: KernelExpr): KernelExpr {
    const isNumber = binary('equal', value, value, 'mask');
    return unary('bitsToInt', select(isNumber, value, num(0, value.type)), 'i32');
  }

  #leaf(type: ValueType, scope: Scope): KernelExpr {
    const { lane, vector } = type;
    const known = scope.registers.filter((one) => one.type.lane === lane && one.type.vector === vector);
    if (known.length > 0 && this.#chance(0.3)) return reg(this.#pick(known).name, type);
    const stored = scope.stores.filter((one) => one.type.lane === lane && one.type.vector === vector);
    if (stored.length > 0 && this.#chance(0.3)) {
      const { buffer, at: place, count } = this.#pick(stored);
      return { kind: 'load', buffer, at: place, stride: 1, count, type };
    }
    if (this.#chance(0.2)) return num(this.#number(lane), type);
    if (lane === 'i32' && this.#chance(0.2)) {
      if (vector) return laneNumbers(this.#below(7) - 3);
      return position(at(this.#below(9) - 4, ...this.#terms(scope.variables).terms));
    }
    return this.#load(type, scope);
  }

  #number(lane: LaneType): number {
    return lane === 'f32' ? this.#float() : lane === 'i32' ? this.#int() : this.#below(2);
  }

  #load(type: ValueType, scope: Scope): KernelExpr {
    const candidates = this.#buffers.flatMap(({ dtype, place }, index) =>
      place.kind === 'parameter' && dtypesOfLane[type.lane].includes(dtype) ? [index] : [],
    );
    const buffer = this.#pick(candidates);
    if (!type.vector) {
      return { kind: 'load', buffer, at: this.#place(buffer, scope, 0, 0), stride: 1, count: 1, type };
    }
    const count = 1 + this.#below(this.#lanes);
    if (this.#chance(0.2)) {
      const scale = this.#pick([1, 1, 2, 3, -1, -2]);
      const index = binary('and', this.#leaf(i32, scope), num(7, i32));
      const place = this.#place(buffer, scope, Math.min(0, 7 * scale), Math.max(0, 7 * scale));
      return gatherLanes(buffer, place, index, scale, count, type);
    }
    const stride = this.#pick([1, 1, 1, 0, 2, 3, -1, -2]);
    const reach = (count - 1) * stride;
    const place = this.#place(buffer, scope, Math.min(0, reach), Math.max(0, reach));
    return { kind: 'load', buffer, at: place, stride, count, type };
  }
}
