// Contract: C[o] = sum over r of A[a(o, r)] * B[b(o, r)]. Matrix products, convolutions and their gradients are all this
// op, so it is the one loop here that is tuned: flat positions instead of index functions, the longest summed loop
// innermost, and four neighbouring results at once where they share an operand.
import type { TypedArray } from '../../base/dtype.js';
import { stridesOf, type Shape } from '../../base/shape.js';
import type { AxisIndex, NodeOf } from '../../ir/graph.js';
import type { RulesFor } from './rule.js';
import { positions } from './strides.js';

/** A position as a function of the loops: base + sum of strides[loop] x loop. */
interface Walk {
  readonly base: number;
  /** One for each loop. */
  readonly strides: readonly number[];
}

/** An axis of an operand that some loops leave: the operand reads as 0 where the walk is not in 0..size-1. */
interface Guard extends Walk {
  readonly size: number;
}

function walkOfAxis({ offset, terms }: AxisIndex, loopCount: number): Walk {
  const strides = new Array<number>(loopCount).fill(0);
  for (const { loop, coefficient } of terms) strides[loop]! += coefficient;
  return { base: offset, strides };
}

/** The flat position in an operand of `shape`, and its axes that have to be watched. */
function walkOfOperand(
  index: readonly AxisIndex[],
  shape: Shape,
  loops: readonly number[],
): { flat: Walk; guards: Guard[] } {
  const axisStrides = stridesOf(shape);
  const axes = index.map((axis) => walkOfAxis(axis, loops.length));
  const flat = {
    base: axes.reduce((sum, { base }, axis) => sum + base * axisStrides[axis]!, 0),
    strides: loops.map((_, loop) =>
      axes.reduce((sum, { strides }, axis) => sum + strides[loop]! * axisStrides[axis]!, 0),
    ),
  };
  const guards = axes
    .map((walk, axis) => ({ ...walk, size: shape[axis]! }))
    .filter(({ base, strides, size }) => {
      const reach = (pick: (a: number, b: number) => number): number =>
        loops.reduce((sum, count, loop) => sum + pick(0, strides[loop]! * (count - 1)), base);
      return reach(Math.min) < 0 || reach(Math.max) >= size;
    });
  return { flat, guards };
}

/** The summed loops but the innermost, as lists of positions relative to those of a result. */
interface Rows {
  readonly count: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** For each guard. */
  readonly guards: readonly Int32Array[];
}

/** What one innermost loop walks along. */
interface Inner {
  readonly length: number;
  readonly a: number;
  readonly b: number;
  /** For each guard. */
  readonly guards: readonly number[];
}

/** Narrows begin..end to the steps of a loop at which `start + step x stride` lies in 0..size-1. */
function clip(range: { begin: number; end: number }, start: number, stride: number, size: number): void {
  if (stride === 0) {
    if (start < 0 || start >= size) range.end = range.begin;
    return;
  }
  const toFirst = -start / stride;
  const toLast = (size - 1 - start) / stride;
  range.begin = Math.max(range.begin, Math.ceil(Math.min(toFirst, toLast)));
  range.end = Math.max(range.begin, Math.min(range.end, Math.floor(Math.max(toFirst, toLast)) + 1));
}

interface Plan {
  /** Sizes of the result's loops. */
  readonly outputs: readonly number[];
  readonly a: Walk;
  readonly b: Walk;
  readonly guards: readonly Guard[];
  readonly rows: Rows;
  readonly inner: Inner;
  /** A is the node's second input. */
  readonly swapped: boolean;
  /** Neighbouring results read the same elements of A, and the same part of B is outside. */
  readonly shared: boolean;
}

function planOf({ attributes, inputs }: NodeOf<'contract'>): Plan {
  const { loops, outputRank } = attributes;
  let a = walkOfOperand(attributes.a, inputs[0]!.shape, loops);
  let b = walkOfOperand(attributes.b, inputs[1]!.shape, loops);
  const last = outputRank - 1;
  const swapped = last >= 0 && a.flat.strides[last] !== 0 && b.flat.strides[last] === 0;
  if (swapped) [a, b] = [b, a];
  const guards = [...a.guards, ...b.guards];
  const shared = last >= 0 && a.flat.strides[last] === 0 && guards.every(({ strides }) => strides[last] === 0);

  const summed = loops.map((_, loop) => loop).slice(outputRank);
  const innermost = summed.reduce<number | undefined>(
    (longest, loop) => (longest === undefined || loops[loop]! > loops[longest]! ? loop : longest),
    undefined,
  );
  const outer = summed.filter((loop) => loop !== innermost);
  const rowsAlong = ({ strides }: Walk): Int32Array =>
    positions(
      outer.map((loop) => loops[loop]!),
      outer.map((loop) => strides[loop]!),
    );
  const stepAlong = ({ strides }: Walk): number => (innermost === undefined ? 0 : strides[innermost]!);
  return {
    outputs: loops.slice(0, outputRank),
    a: a.flat,
    b: b.flat,
    guards,
    rows: {
      count: outer.reduce((product, loop) => product * loops[loop]!, 1),
      a: rowsAlong(a.flat),
      b: rowsAlong(b.flat),
      guards: guards.map(rowsAlong),
    },
    inner: {
      length: innermost === undefined ? 1 : loops[innermost]!,
      a: stepAlong(a.flat),
      b: stepAlong(b.flat),
      guards: guards.map(stepAlong),
    },
    swapped,
    shared,
  };
}

/** Computes `width` neighbouring results (1 or 4) from `output` on; `at` holds where they stand. */
function sums(
  plan: Plan,
  a: TypedArray,
  b: TypedArray,
  at: Standing,
  output: TypedArray,
  first: number,
  width: number,
): void {
  const { rows, inner, guards } = plan;
  const neighbour = plan.b.strides[plan.outputs.length - 1] ?? 0;
  const range = { begin: 0, end: 0 };
  let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
  for (let row = 0; row < rows.count; row++) {
    range.begin = 0;
    range.end = inner.length;
    for (let guard = 0; guard < guards.length; guard++)
      clip(range, at.guards[guard]! + rows.guards[guard]![row]!, inner.guards[guard]!, guards[guard]!.size);
    let aAt = at.a + rows.a[row]! + range.begin * inner.a;
    let bAt = at.b + rows.b[row]! + range.begin * inner.b;
    if (width === 1) {
      for (let k = range.begin; k < range.end; k++, aAt += inner.a, bAt += inner.b) sum0 += a[aAt]! * b[bAt]!;
      continue;
    }
    for (let k = range.begin; k < range.end; k++, aAt += inner.a, bAt += inner.b) {
      const factor = a[aAt]!;
      sum0 += factor * b[bAt]!;
      sum1 += factor * b[bAt + neighbour]!;
      sum2 += factor * b[bAt + 2 * neighbour]!;
      sum3 += factor * b[bAt + 3 * neighbour]!;
    }
  }
  // Doubles until here: float32 is rounded once.
  output[first] = sum0;
  if (width === 1) return;
  output[first + 1] = sum1;
  output[first + 2] = sum2;
  output[first + 3] = sum3;
}

/** Where the walks stand for one result, before the summed loops. */
interface Standing {
  a: number;
  b: number;
  readonly guards: number[];
}

export const contractRules: RulesFor<'contract'> = {
  contract: (node) => {
    const plan = planOf(node);
    const { outputs, shared } = plan;
    const last = outputs.at(-1) ?? 1;
    const walks = [plan.a, plan.b, ...plan.guards];
    const lastStrides = walks.map(({ strides }) => (outputs.length === 0 ? 0 : strides[outputs.length - 1]!));
    // Where each walk stands at the first element of every line along the result's last axis.
    const lines = walks.map(({ strides }) =>
      positions(outputs.slice(0, -1), strides.slice(0, Math.max(0, outputs.length - 1))),
    );
    return ([first, second], output) => {
      // A is the operand that neighbouring results share, whichever way round they came.
      const [a, b] = plan.swapped ? [second!, first!] : [first!, second!];
      const at: Standing = { a: 0, b: 0, guards: plan.guards.map(() => 0) };
      const compute = (line: number, i: number, width: number): void => {
        at.a = plan.a.base + lines[0]![line]! + i * lastStrides[0]!;
        at.b = plan.b.base + lines[1]![line]! + i * lastStrides[1]!;
        for (let guard = 0; guard < at.guards.length; guard++)
          at.guards[guard] = plan.guards[guard]!.base + lines[2 + guard]![line]! + i * lastStrides[2 + guard]!;
        sums(plan, a, b, at, output, line * last + i, width);
      };
      for (let line = 0; line < lines[0]!.length; line++) {
        let i = 0;
        if (shared) for (; i + 4 <= last; i += 4) compute(line, i, 4);
        for (; i < last; i++) compute(line, i, 1);
      }
    };
  },
};
