// Writes the body of one function, an instruction a method, and hands out its locals and labels.
// It checks what is cheap (handles, immediates); types on the stack are left to WebAssembly's own validation.
import { InternalError } from '../../../base/errors.js';
import { ByteWriter } from './byte-writer.js';
import { LocalPool } from './local-pool.js';
import {
  atomicEncodings,
  laneEncodings,
  loadEncodings,
  loadLaneEncodings,
  plainEncodings,
  prefixes,
  storeEncodings,
  storeLaneEncodings,
} from './opcodes.js';
import type { AtomicOp, Encoding, LaneOp, LoadLaneOp, LoadOp, Opcode, StoreLaneOp, StoreOp } from './opcodes.js';
import { Label, valueTypeCodes } from './value-types.js';
import type { FunctionRef, Local, ValueType } from './value-types.js';

/** Writes what is inside a block, loop or if; branches to `label` leave it (repeat it, for a loop). */
export type Body = (label: Label) => void;

const control = { block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b } as const;
const noResult = 0x40;

/** The body of one function. Every emitter returns the builder, so that instructions can be chained in stack order. */
export class FunctionBuilder {
  readonly #function: FunctionRef;
  readonly #locals: LocalPool;
  readonly #code = new ByteWriter();
  #openConstructs = 0;
  #usesMemory = false;
  #finished = false;

  /** Only ModuleBuilder makes one. */
  constructor(ref: FunctionRef) {
    this.#function = ref;
    this.#locals = new LocalPool(ref);
  }

  /** Whether the body holds an instruction that needs a memory. */
  get usesMemory(): boolean {
    return this.#usesMemory;
  }

  /**
   * The handle of the parameter at `index`, from 0.
   * @throws InternalError if the function has no such parameter.
   */
  parameter(index: number): Local {
    return this.#locals.parameter(index);
  }

  /** A local variable. A fresh one starts at zero, one reused from the pool with what was last in it. */
  local(type: ValueType): Local {
    return this.#locals.allocate(type);
  }

  /**
   * Gives a local back: a later `local` of its type may reuse it, and this handle is no longer accepted.
   * @throws InternalError for a parameter, a local of another function or one already released.
   */
  release(local: Local): this {
    this.#locals.release(local);
    return this;
  }

  /** Pushes a local's value. */
  get(local: Local): this {
    return this.#byteAndIndex(0x20, this.#locals.indexOf(local));
  }

  /** Pops a value into a local. */
  set(local: Local): this {
    return this.#byteAndIndex(0x21, this.#locals.indexOf(local));
  }

  /** Copies the top of the stack into a local. */
  tee(local: Local): this {
    return this.#byteAndIndex(0x22, this.#locals.indexOf(local));
  }

  /**
   * Pushes an i32.
   * @throws InternalError unless `value` is an integer from -2^31 to 2^32 - 1 (the upper half wraps).
   */
  i32Const(value: number): this {
    this.#checkInteger('i32Const', value);
    this.#byte(0x41);
    this.#code.signed(value | 0);
    return this;
  }

  /**
   * Pushes an i64.
   * @throws InternalError unless `value` lies in -2^63 to 2^64 - 1 (the upper half wraps).
   */
  i64Const(value: bigint): this {
    this.#byte(0x42);
    this.#code.signed64(BigInt.asUintN(64, value) === value ? BigInt.asIntN(64, value) : value);
    return this;
  }

  /** Pushes an f32: `value` rounded to nearest. Every NaN becomes the canonical one. */
  f32Const(value: number): this {
    this.#byte(0x43);
    this.#code.float32(value);
    return this;
  }

  /** Pushes an f64. Every NaN becomes the canonical one. */
  f64Const(value: number): this {
    this.#byte(0x44);
    this.#code.float64(value);
    return this;
  }

  /**
   * Pushes a v128 of 16 bytes, lane 0 first.
   * @throws InternalError if there are not 16 integers from 0 to 255.
   */
  v128Const(bytes: ArrayLike<number>): this {
    this.#checkBytes('v128Const', bytes, 255);
    this.#instruction(prefixes.simd, 0x0c);
    this.#code.append(bytes);
    return this;
  }

  /** Pushes a v128 of four f32 lanes, each rounded as by `f32Const`. */
  f32x4Const(lane0: number, lane1: number, lane2: number, lane3: number): this {
    this.#instruction(prefixes.simd, 0x0c);
    for (const lane of [lane0, lane1, lane2, lane3]) this.#code.float32(lane);
    return this;
  }

  /**
   * Pushes a v128 of four i32 lanes.
   * @throws InternalError unless each is an integer from -2^31 to 2^32 - 1.
   */
  i32x4Const(lane0: number, lane1: number, lane2: number, lane3: number): this {
    this.#instruction(prefixes.simd, 0x0c);
    for (const lane of [lane0, lane1, lane2, lane3]) {
      this.#checkInteger('i32x4Const', lane);
      this.#code.bits32(lane);
    }
    return this;
  }

  /**
   * Any instruction without immediates.
   * @throws InternalError if there is none of that name.
   */
  op(name: Opcode): this {
    const encoding = plainEncodings.find(name);
    return this.#instruction(encoding.prefix, encoding.code);
  }

  /**
   * Reads a lane of the vector on the stack, or replaces it by the scalar above it.
   * @throws InternalError if the vector has no such lane.
   */
  lane(name: LaneOp, lane: number): this {
    const encoding = laneEncodings.find(name);
    this.#checkLane(name, lane, encoding.size);
    this.#instruction(encoding.prefix, encoding.code);
    this.#code.byte(lane);
    return this;
  }

  /**
   * Picks 16 bytes out of two vectors (`i8x16.shuffle`): 0 to 15 from the lower one on the stack, 16 to 31 from the upper.
   * @throws InternalError if there are not 16 integers from 0 to 31.
   */
  shuffle(lanes: ArrayLike<number>): this {
    this.#checkBytes('shuffle', lanes, 31);
    this.#instruction(prefixes.simd, 0x0d);
    this.#code.append(lanes);
    return this;
  }

  /**
   * Pops an address, pushes what memory holds at address + offset.
   * @param offset bytes, 0 to 2^32 - 1
   * @param alignment bytes that address + offset is a multiple of: a hint, by default the size of the access
   * @throws InternalError if the offset or the alignment is out of range.
   */
  load(name: LoadOp, offset = 0, alignment?: number): this {
    return this.#access(name, loadEncodings.find(name), offset, alignment);
  }

  /** Pops a value and, below it, an address; writes the value at address + offset. Offset and alignment as in `load`. */
  store(name: StoreOp, offset = 0, alignment?: number): this {
    return this.#access(name, storeEncodings.find(name), offset, alignment);
  }

  /** Pops a vector and, below it, an address; pushes the vector with one lane loaded from address + offset. */
  loadLane(name: LoadLaneOp, offset: number, lane: number, alignment?: number): this {
    return this.#laneAccess(name, loadLaneEncodings.find(name), offset, lane, alignment);
  }

  /** Pops a vector and, below it, an address; writes one lane at address + offset. */
  storeLane(name: StoreLaneOp, offset: number, lane: number, alignment?: number): this {
    return this.#laneAccess(name, storeLaneEncodings.find(name), offset, lane, alignment);
  }

  /** An atomic access, wait or notify. The address must be a multiple of the size of the access, or it traps. */
  atomic(name: AtomicOp, offset = 0): this {
    return this.#access(name, atomicEncodings.find(name), offset, undefined);
  }

  /** Orders the atomic and plain accesses before it before those after it. */
  atomicFence(): this {
    this.#instruction(prefixes.atomic, 0x03);
    this.#code.byte(0); // The only ordering there is.
    return this;
  }

  /** Pops byte count, source address and destination address (the top first), copies; the ranges may overlap. */
  memoryCopy(): this {
    this.#usesMemory = true;
    this.#instruction(prefixes.miscellaneous, 0x0a);
    this.#code.append([0, 0]); // Destination and source are memory 0.
    return this;
  }

  /** Pops byte count, byte value and destination address (the top first), fills. */
  memoryFill(): this {
    this.#usesMemory = true;
    this.#instruction(prefixes.miscellaneous, 0x0b);
    this.#code.byte(0); // Memory 0.
    return this;
  }

  /** A block: a branch to its label leaves it. With `result`, it leaves one value, as does every branch out of it. */
  block(body: Body): this;
  block(result: ValueType, body: Body): this;
  block(...args: [Body] | [ValueType, Body]): this {
    return this.#construct(control.block, ...withResult(args));
  }

  /** A loop: a branch to its label starts it again; it ends where its body ends. `result` is what is left then. */
  loop(body: Body): this;
  loop(result: ValueType, body: Body): this;
  loop(...args: [Body] | [ValueType, Body]): this {
    return this.#construct(control.loop, ...withResult(args));
  }

  /**
   * Pops an i32 and runs `then` if it is not 0, else `otherwise`; a branch to the label leaves the whole.
   * An if that leaves a result needs both branches.
   */
  ifElse(then: Body, otherwise?: Body): this;
  ifElse(result: ValueType, then: Body, otherwise: Body): this;
  ifElse(...args: [Body, (Body | undefined)?] | [ValueType, Body, Body]): this {
    const [result, then, otherwise] = args.length === 3 ? args : ([undefined, ...args] as const);
    return this.#construct(control.if, result, (label) => {
      then(label);
      if (otherwise === undefined) return;
      this.#byte(control.else);
      otherwise(label);
    });
  }

  /** Branches always. */
  br(label: Label): this {
    return this.#byteAndIndex(0x0c, this.#branchDepth(label));
  }

  /** Pops an i32 and branches if it is not 0. */
  brIf(label: Label): this {
    return this.#byteAndIndex(0x0d, this.#branchDepth(label));
  }

  /** Pops an i32 and branches to the label it counts off, from 0, or to `otherwise` if it is past the last. */
  brTable(labels: readonly Label[], otherwise: Label): this {
    const depths = [...labels, otherwise].map((label) => this.#branchDepth(label));
    this.#byteAndIndex(0x0e, labels.length);
    for (const depth of depths) this.#code.unsigned(depth);
    return this;
  }

  /** Leaves the function with the results on the stack. */
  return_(): this {
    return this.#byte(0x0f);
  }

  /**
   * Pops the arguments (the last on top), calls, pushes the results.
   * @throws InternalError if the function belongs to another module.
   */
  call(ref: FunctionRef): this {
    if (ref.owner !== this.#function.owner) throw this.#error(`function '${ref.name}' belongs to another module`);
    return this.#byteAndIndex(0x10, ref.index);
  }

  /** Pops a value and forgets it. */
  drop(): this {
    return this.#byte(0x1a);
  }

  /** Pops an i32 and two values of one type; pushes the lower of the two if the i32 is not 0, else the upper. */
  select(): this {
    return this.#byte(0x1b);
  }

  /** Traps: for a place that is never reached. */
  unreachable(): this {
    return this.#byte(0x00);
  }

  /**
   * The body as a module's code section holds it: locals, instructions, end. ModuleBuilder calls it, once.
   * @throws InternalError if a block is still open: the call came from inside its body.
   */
  finish(): ByteWriter {
    if (this.#openConstructs !== 0) throw this.#error(`${this.#openConstructs} blocks are still open at the end`);
    this.#byte(control.end);
    this.#finished = true;
    const body = new ByteWriter(this.#code.byteLength + 64);
    this.#locals.writeDeclaration(body);
    body.concat(this.#code);
    return body;
  }

  #construct(opcode: number, result: ValueType | undefined, body: Body): this {
    this.#byte(opcode);
    this.#code.byte(result === undefined ? noResult : valueTypeCodes[result]);
    const label = new Label(this, this.#openConstructs++);
    body(label);
    label.open = false;
    this.#openConstructs--;
    return this.#byte(control.end);
  }

  /** How many open constructs lie between here and the label's: what a branch writes. */
  #branchDepth(label: Label): number {
    if (label.owner !== this) throw this.#error('the label belongs to another function');
    if (!label.open) throw this.#error('the label is out of scope: its block is already closed');
    return this.#openConstructs - 1 - label.depth;
  }

  #access(name: string, encoding: Encoding, offset: number, alignment: number | undefined): this {
    const bytes = alignment ?? encoding.size;
    const exponent = 31 - Math.clz32(bytes);
    if (bytes !== 2 ** exponent || bytes > encoding.size) {
      throw this.#error(`${name}: the alignment must be a power of two up to ${encoding.size}, received ${bytes}`);
    }
    if (offset >>> 0 !== offset) {
      throw this.#error(`${name}: the offset must be an integer from 0 to 2^32 - 1, received ${offset}`);
    }
    this.#usesMemory = true;
    this.#instruction(encoding.prefix, encoding.code);
    this.#code.byte(exponent);
    this.#code.unsigned(offset);
    return this;
  }

  #laneAccess(name: string, encoding: Encoding, offset: number, lane: number, alignment: number | undefined): this {
    this.#checkLane(name, lane, 16 / encoding.size);
    this.#access(name, encoding, offset, alignment);
    this.#code.byte(lane);
    return this;
  }

  #checkInteger(what: string, value: number): void {
    if ((value | 0) === value || value >>> 0 === value) return;
    throw this.#error(`${what}: expected an integer from -2^31 to 2^32 - 1, received ${value}`);
  }

  #checkLane(name: string, lane: number, laneCount: number): void {
    if (Number.isInteger(lane) && lane >= 0 && lane < laneCount) return;
    throw this.#error(`${name}: the lane must be an integer from 0 to ${laneCount - 1}, received ${lane}`);
  }

  #checkBytes(what: string, bytes: ArrayLike<number>, maximum: number): void {
    let valid = bytes.length === 16;
    for (let index = 0; valid && index < 16; index++) {
      const byte = bytes[index]!;
      valid = Number.isInteger(byte) && byte >= 0 && byte <= maximum;
    }
    if (valid) return;
    throw this.#error(`${what}: expected 16 integers from 0 to ${maximum}, received [${Array.from(bytes).join(', ')}]`);
  }

  #instruction(prefix: number | undefined, code: number): this {
    if (prefix === undefined) return this.#byte(code);
    this.#byte(prefix);
    this.#code.unsigned(code);
    return this;
  }

  #byteAndIndex(byte: number, index: number): this {
    this.#byte(byte);
    this.#code.unsigned(index);
    return this;
  }

  /** Every instruction starts with a byte written here, so that none is lost after the end. */
  #byte(byte: number): this {
    if (this.#finished) throw this.#error('the body is already finished');
    this.#code.byte(byte);
    return this;
  }

  #error(problem: string): InternalError {
    return new InternalError(`WebAssembly function '${this.#function.name}': ${problem}.`);
  }
}

function withResult(args: [Body] | [ValueType, Body]): [result: ValueType | undefined, body: Body] {
  return args.length === 1 ? [undefined, args[0]] : args;
}
