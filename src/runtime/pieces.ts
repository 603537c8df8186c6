// Cuts the work of a phase into pieces that threads claim one by one. Where the cuts are follows from the kernels alone.

/** What is known of a kernel's work: equal chunks, and the floating-point operations of all of them. */
export interface Work {
  readonly chunks: number;
  readonly flops: number;
}

/** The pieces of one kernel: runs of `grain` neighbouring chunks, the last of them as many as are left. */
export interface KernelPieces<Kernel extends Work> {
  readonly kernel: Kernel;
  /** The number within the phase of the first piece. */
  readonly first: number;
  readonly count: number;
  readonly grain: number;
}

/** A phase's pieces, numbered through from 0 over its kernels. */
export interface PhasePieces<Kernel extends Work> {
  readonly kernels: readonly KernelPieces<Kernel>[];
  readonly count: number;
}

/** Far more than the ten nanoseconds or so of a claim: some 500 with vectors of four lanes, 100 with the widest. */
const usualPieceFlops = 20_000;
/**
 * A kernel of little work is still cut into so many, for it may take far longer than its operations suggest. More would
 * spoil the shares of the threads, which have as many pieces each whatever is in them.
 */
const leastPieces = 8;
/**
 * Sixteen of the largest pieces for each of 16 threads, so that those who are done wait for a small part of the phase.
 * More would only cost; and the number of a piece times that of a thread fits in 32 bits.
 */
const mostPieces = 256;

/**
 * How many neighbouring chunks of a kernel make a piece, at least 1.
 * @param pieceFlops operations that are worth a claim
 */
export function grainOf({ chunks, flops }: Work, pieceFlops = usualPieceFlops): number {
  const worthClaiming = Math.ceil((pieceFlops * chunks) / Math.max(flops, 1));
  const shareable = Math.floor(chunks / leastPieces);
  return Math.max(1, Math.ceil(chunks / mostPieces), Math.min(worthClaiming, shareable));
}

/**
 * The pieces of a phase's kernels, which keep their order.
 * @param pieceFlops as in `grainOf`
 */
export function piecesOf<Kernel extends Work>(
  kernels: readonly Kernel[],
  pieceFlops = usualPieceFlops,
): PhasePieces<Kernel> {
  let count = 0;
  const pieces = kernels.map((kernel): KernelPieces<Kernel> => {
    const grain = grainOf(kernel, pieceFlops);
    const own = { kernel, first: count, count: Math.ceil(kernel.chunks / grain), grain };
    count += own.count;
    return own;
  });
  return { kernels: pieces, count };
}
