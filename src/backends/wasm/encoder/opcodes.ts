// The typed names of all instructions, by the immediates they take, and the encoding behind each name.
// What structures the code (blocks, branches, calls), constants and locals are methods of FunctionBuilder instead.
import { InternalError } from '../../../base/errors.js';
import { nearest } from '../../../base/suggest.js';
import { atomicOpcodes } from './atomic-opcodes.js';
import {
  loadLaneOpcodes,
  scalarLoadOpcodes,
  scalarStoreOpcodes,
  storeLaneOpcodes,
  vectorLoadOpcodes,
  vectorStoreOpcodes,
} from './memory-opcodes.js';
import { valueTypeLetters } from './opcode-table.js';
import { saturatingOpcodes, scalarOpcodes } from './scalar-opcodes.js';
import { laneOpcodes, simdOpcodes } from './simd-opcodes.js';
import type { ValueType } from './value-types.js';

/** An instruction without immediates: `'i32.add'`, `'f32x4.mul'`, `'v128.bitselect'`. */
export type Opcode = keyof typeof scalarOpcodes | keyof typeof saturatingOpcodes | keyof typeof simdOpcodes;
/** An instruction that reads or replaces one lane: `'f32x4.extract_lane'`. */
export type LaneOp = keyof typeof laneOpcodes;
/** A load: `'i32.load8_u'`, `'v128.load32_splat'`. */
export type LoadOp = keyof typeof scalarLoadOpcodes | keyof typeof vectorLoadOpcodes;
/** A store: `'f32.store'`, `'v128.store'`. */
export type StoreOp = keyof typeof scalarStoreOpcodes | keyof typeof vectorStoreOpcodes;
/** A load into one lane: `'v128.load32_lane'`. */
export type LoadLaneOp = keyof typeof loadLaneOpcodes;
/** A store of one lane: `'v128.store32_lane'`. */
export type StoreLaneOp = keyof typeof storeLaneOpcodes;
/** An atomic access: `'i32.atomic.rmw.add'`, `'memory.atomic.wait32'`. */
export type AtomicOp = keyof typeof atomicOpcodes;

/** The byte before the codes of a group of instructions. */
export const prefixes = { miscellaneous: 0xfc, simd: 0xfd, atomic: 0xfe } as const;

/** How an instruction is written, and its signature. */
export interface Encoding {
  /** The byte before the code, for instructions that have one. */
  readonly prefix: number | undefined;
  readonly code: number;
  /** The top of the stack last. */
  readonly operands: readonly ValueType[];
  readonly results: readonly ValueType[];
  /** Lanes of a lane instruction, bytes accessed by a memory instruction, 0 for the others. */
  readonly size: number;
}

/** The encodings of one kind of instruction, by name. */
export class EncodingSet<Name extends string> {
  readonly #kind: string;
  readonly #encodings = new Map<string, Encoding>();

  constructor(kind: string, tables: readonly (readonly [prefix: number | undefined, table: AnyTable])[]) {
    this.#kind = kind;
    for (const [prefix, table] of tables) {
      for (const [name, [code, operands, results, size = 0]] of Object.entries(table)) {
        this.#encodings.set(name, { prefix, code, operands: spell(operands), results: spell(results), size });
      }
    }
  }

  /** @throws InternalError if no instruction of this kind has the name (a name put together at run time). */
  find(name: Name): Encoding {
    const encoding = this.#encodings.get(name);
    if (encoding !== undefined) return encoding;
    const guess = nearest(name, this.names());
    const hint = guess === undefined ? '' : ` Did you mean '${guess}'?`;
    throw new InternalError(`WebAssembly encoder: '${name}' is not ${this.#kind}.${hint}`);
  }

  names(): Name[] {
    return [...this.#encodings.keys()] as Name[];
  }
}

/** A row of any of the tables. */
interface AnyTable {
  readonly [name: string]: readonly [code: number, operands: string, results: string, size?: number];
}

function spell(letters: string): ValueType[] {
  return Array.from(letters, (letter) => valueTypeLetters[letter as keyof typeof valueTypeLetters]);
}

export const plainEncodings = new EncodingSet<Opcode>('an instruction without immediates', [
  [undefined, scalarOpcodes],
  [prefixes.miscellaneous, saturatingOpcodes],
  [prefixes.simd, simdOpcodes],
]);
export const laneEncodings = new EncodingSet<LaneOp>('an instruction on a lane', [[prefixes.simd, laneOpcodes]]);
export const loadEncodings = new EncodingSet<LoadOp>('a load', [
  [undefined, scalarLoadOpcodes],
  [prefixes.simd, vectorLoadOpcodes],
]);
export const storeEncodings = new EncodingSet<StoreOp>('a store', [
  [undefined, scalarStoreOpcodes],
  [prefixes.simd, vectorStoreOpcodes],
]);
export const loadLaneEncodings = new EncodingSet<LoadLaneOp>('a load of a lane', [[prefixes.simd, loadLaneOpcodes]]);
export const storeLaneEncodings = new EncodingSet<StoreLaneOp>('a store of a lane', [
  [prefixes.simd, storeLaneOpcodes],
]);
export const atomicEncodings = new EncodingSet<AtomicOp>('an atomic access', [[prefixes.atomic, atomicOpcodes]]);
