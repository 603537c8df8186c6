// Index arithmetic: a position is affine in the kernel's variables, and may move from lane to lane of a vector.
import type { Affine, VariableName } from '../ir/kernel.js';

/** An index along one axis, or an element position: `affine`, plus `lane` for every lane. */
export interface Index {
  readonly offset: number;
  readonly terms: ReadonlyMap<VariableName, number>;
  readonly lane: number;
}

const noTerms: ReadonlyMap<VariableName, number> = new Map();

export const zeroIndex: Index = { offset: 0, terms: noTerms, lane: 0 };

export function constantIndex(offset: number): Index {
  return { offset, terms: noTerms, lane: 0 };
}

export function variableIndex(variable: VariableName, coefficient = 1, lane = 0): Index {
  return { offset: 0, terms: new Map([[variable, coefficient]]), lane };
}

export function addIndex(a: Index, b: Index): Index {
  if (b.terms.size === 0) return { offset: a.offset + b.offset, terms: a.terms, lane: a.lane + b.lane };
  const terms = new Map(a.terms);
  for (const [variable, coefficient] of b.terms) {
    const sum = (terms.get(variable) ?? 0) + coefficient;
    if (sum === 0) terms.delete(variable);
    else terms.set(variable, sum);
  }
  return { offset: a.offset + b.offset, terms, lane: a.lane + b.lane };
}

export function scaleIndex(index: Index, factor: number): Index {
  if (factor === 1) return index;
  if (factor === 0) return zeroIndex;
  const terms = new Map([...index.terms].map(([variable, coefficient]) => [variable, coefficient * factor]));
  return { offset: index.offset * factor, terms, lane: index.lane * factor };
}

export function shiftIndex(index: Index, offset: number): Index {
  return offset === 0 ? index : { ...index, offset: index.offset + offset };
}

/** Sum of index x stride: the element position in a row-major array. */
export function positionOf(indices: readonly Index[], strides: readonly number[]): Index {
  let position = zeroIndex;
  indices.forEach((index, axis) => (position = addIndex(position, scaleIndex(index, strides[axis]!))));
  return position;
}

export function toAffine(index: Index): Affine {
  return {
    offset: index.offset,
    terms: [...index.terms].map(([variable, coefficient]) => ({ variable, coefficient })),
  };
}

export function indexKey(index: Index): string {
  let text = `${index.offset}~${index.lane}`;
  for (const [variable, coefficient] of index.terms) text += `+${coefficient}${variable}`;
  return text;
}

/** The loop over `variable` must become two, the inner one of `factor` steps, for an index to stay affine. */
export class SplitNeeded extends Error {
  readonly variable: VariableName;
  readonly factor: number;

  constructor(variable: VariableName, factor: number) {
    super(`loop ${variable} must be split by ${factor}`);
    this.variable = variable;
    this.factor = factor;
  }
}

/** The index cannot be made affine; the value it reads must be stored first. */
export class NotAffine extends Error {
  override readonly name = 'NotAffine';
}

/** The number of values a loop variable takes; registers have none. For a merged loop it is that of its inner loop. */
export type Extents = ReadonlyMap<VariableName, number>;

/**
 * index = high x size + low with 0 <= low < size.
 * @throws SplitNeeded if splitting a loop would make that possible, NotAffine if nothing would
 */
export function splitIndex(index: Index, size: number, extents: Extents): { high: Index; low: Index } {
  if (size === 1) return { high: index, low: zeroIndex };
  const highTerms = new Map<VariableName, number>();
  const lowTerms = new Map<VariableName, number>();
  const lowOffset = ((index.offset % size) + size) % size;
  let most = lowOffset;
  let widest: { variable: VariableName; coefficient: number } | undefined;
  for (const [variable, coefficient] of index.terms) {
    if (coefficient % size === 0) {
      highTerms.set(variable, coefficient / size);
      continue;
    }
    const extent = extents.get(variable);
    if (extent === undefined || coefficient < 0) throw new NotAffine();
    lowTerms.set(variable, coefficient);
    most += coefficient * (extent - 1);
    if (!widest || coefficient * extent > widest.coefficient * extents.get(widest.variable)!)
      widest = { variable, coefficient };
  }
  const laneInHigh = index.lane % size === 0;
  // Lanes move within the steps of the loop that is walked a vector at a time, so they reach no further than it does.
  if (!laneInHigh && ![...lowTerms.values()].includes(index.lane)) throw new NotAffine();
  if (most >= size) {
    if (widest && size % widest.coefficient === 0) {
      const factor = size / widest.coefficient;
      const extent = extents.get(widest.variable)!;
      if (factor > 1 && factor < extent && extent % factor === 0) throw new SplitNeeded(widest.variable, factor);
    }
    throw new NotAffine();
  }
  return {
    high: { offset: (index.offset - lowOffset) / size, terms: highTerms, lane: laneInHigh ? index.lane / size : 0 },
    low: { offset: lowOffset, terms: lowTerms, lane: laneInHigh ? 0 : index.lane },
  };
}
