// Vector constants: their bits, and which of them a kernel keeps in locals because its loops use them again and again.
import type { KernelExpr, KernelStatement, LaneType } from '../../../ir/kernel.js';
import { operandsOf } from '../../../ir/operands.js';

/** Four lanes as 32-bit integers. */
export type LaneBits = readonly [number, number, number, number];

/** More constants than this would take the registers that a loop's own values need. */
const mostKept = 4;

const word = new DataView(new ArrayBuffer(4));

/** The bits of a number in one lane. */
export function bitsOfNumber(value: number, lane: LaneType): number {
  if (lane === 'mask') return value === 0 ? 0 : -1;
  if (lane === 'i32') return value | 0;
  word.setFloat32(0, value);
  return word.getInt32(0);
}

/** The lanes of a vector that is known when the kernel is printed. */
export function constantLanes(expr: KernelExpr): LaneBits | undefined {
  if (expr.kind === 'laneNumbers') return [0, expr.step | 0, (2 * expr.step) | 0, (3 * expr.step) | 0];
  const source = expr.kind === 'splat' ? expr.value : expr;
  if (source.kind !== 'number' || !expr.type.vector) return undefined;
  const bits = bitsOfNumber(source.value, source.type.lane);
  return [bits, bits, bits, bits];
}

/** The distinct constants that loops use, if they are few; V8 would make them anew in every iteration. */
export function constantsToKeep(body: readonly KernelStatement[]): readonly LaneBits[] {
  const found = new Map<string, LaneBits>();
  const visit = (expr: KernelExpr): void => {
    const lanes = constantLanes(expr);
    // All zeros and all ones take one instruction wherever they are needed.
    if (lanes !== undefined) {
      if (!lanes.every((bits) => bits === 0) && !lanes.every((bits) => bits === -1)) found.set(lanes.join(), lanes);
      return;
    }
    for (const operand of operandsOf(expr)) visit(operand);
  };
  const visitAll = (statements: readonly KernelStatement[], inLoop: boolean): void => {
    for (const statement of statements) {
      if (statement.kind === 'loop') visitAll(statement.body, true);
      else if (inLoop && statement.kind !== 'prefetch') visit(statement.value);
    }
  };
  visitAll(body, false);
  return found.size <= mostKept ? [...found.values()] : [];
}
