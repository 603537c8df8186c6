// Plans a program's own memory: buffers whose lifetimes do not meet share the same bytes.

/** A buffer that lives from phase `first` to phase `last`, both included. */
export interface Lifetime {
  readonly byteLength: number;
  readonly first: number;
  readonly last: number;
}

export interface MemoryPlan {
  /** The byte offset of each lifetime, in their order. */
  readonly offsets: readonly number[];
  readonly totalBytes: number;
  /** Bytes alive at the worst moment: no plan can do with less. */
  readonly floorBytes: number;
}

const alignment = 64;

/** Places the largest first, each at the lowest offset that is free for the whole of its lifetime. */
export function planMemory(lifetimes: readonly Lifetime[]): MemoryPlan {
  const aligned = lifetimes.map(({ byteLength }) => Math.ceil(byteLength / alignment) * alignment);
  const order = [...lifetimes.keys()].sort((x, y) => aligned[y]! - aligned[x]! || x - y);
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const placed: number[] = [];
  let totalBytes = 0;
  for (const current of order) {
    const { first, last } = lifetimes[current]!;
    const neighbours = placed
      .filter((other) => lifetimes[other]!.first <= last && first <= lifetimes[other]!.last)
      .sort((x, y) => offsets[x]! - offsets[y]!);
    let offset = 0;
    for (const other of neighbours) {
      if (offset + aligned[current]! <= offsets[other]!) break;
      offset = Math.max(offset, offsets[other]! + aligned[other]!);
    }
    offsets[current] = offset;
    placed.push(current);
    totalBytes = Math.max(totalBytes, offset + aligned[current]!);
  }
  const moments = new Set(lifetimes.map(({ first }) => first));
  const floorBytes = [...moments].reduce((most, moment) => {
    const alive = lifetimes.reduce(
      (sum, { first, last }, i) => (first <= moment && moment <= last ? sum + aligned[i]! : sum),
      0,
    );
    return Math.max(most, alive);
  }, 0);
  return { offsets, totalBytes, floorBytes };
}
