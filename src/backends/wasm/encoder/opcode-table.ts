// The form of the opcode tables: each row says an instruction's code and what it takes from and leaves on the stack.
import type { ValueType } from './value-types.js';

/** One letter for each value type, so that a table writes a signature as two short words: `'vv', 'v'`. */
export const valueTypeLetters = { i: 'i32', l: 'i64', f: 'f32', d: 'f64', v: 'v128' } as const satisfies {
  readonly [letter: string]: ValueType;
};

/** Instructions without immediates: name -> code, operand types (the top of the stack last), result types. */
export interface OpcodeTable {
  readonly [name: string]: readonly [code: number, operands: string, results: string];
}

/** Instructions whose immediate is a lane: as OpcodeTable, then the number of lanes. */
export interface LaneOpcodeTable {
  readonly [name: string]: readonly [code: number, operands: string, results: string, laneCount: number];
}

/** Instructions whose immediate is an offset into memory: as OpcodeTable, then the number of bytes accessed. */
export interface MemoryOpcodeTable {
  readonly [name: string]: readonly [code: number, operands: string, results: string, byteLength: number];
}
