// Prints arrays for people: nested brackets, aligned, long axes shortened.
import type { NDArray } from '../base/ndarray.js';
import { stridesOf } from '../base/shape.js';

const edgeItems = 3;
const longestAxis = 8;

export function formatArray(array: NDArray): string {
  const { shape, data, dtype } = array;
  const strides = stridesOf(shape);
  const text = (value: number): string => {
    if (dtype === 'bool') return value === 0 ? 'false' : 'true';
    if (Number.isInteger(value)) return String(value);
    const magnitude = Math.abs(value);
    return magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e7)
      ? value.toExponential(4)
      : String(Number(value.toFixed(4)));
  };
  const positions = (size: number): number[] => {
    const all = Array.from({ length: size }, (_, i) => i);
    return size <= longestAxis ? all : [...all.slice(0, edgeItems), -1, ...all.slice(size - edgeItems)];
  };
  const cells: string[] = [];
  const collect = (axis: number, offset: number): void => {
    if (axis === shape.length) cells.push(text(data[offset]!));
    else for (const i of positions(shape[axis]!)) if (i >= 0) collect(axis + 1, offset + i * strides[axis]!);
  };
  collect(0, 0);
  const width = cells.reduce((most, cell) => Math.max(most, cell.length), 0);
  let next = 0;
  const build = (axis: number): string => {
    if (axis === shape.length) return cells[next++]!.padStart(shape.length === 0 ? 0 : width);
    const isInnermost = axis === shape.length - 1;
    const parts = positions(shape[axis]!).map((i) => (i < 0 ? '...' : build(axis + 1)));
    return `[${parts.join(isInnermost ? ', ' : `,\n${' '.repeat(axis + 1)}`)}]`;
  };
  return build(0);
}
