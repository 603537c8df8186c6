// The block of memory through which a run's threads, and the program that started them, talk to each other.
//
// A phase is over when all its pieces (pieces.ts) are done, whoever did them: a thread that the operating system holds
// up, or that has not even begun, keeps nobody waiting unless it is in the middle of a piece.
//
// - Epochs number the phases over all steps of a run; epoch e is phase e mod phases. Thread t of T owns pieces
//   floor(t P / T) up to floor((t + 1) P / T) of P, the same ones in every step, so that data stays in its caches. It
//   claims those first, then what is left of the others', in the order t + 1, t + 2, ... mod T.
// - A claim raises the owner's counter from (e, n) to (e, n + 1) by compare and exchange, n less than the number of the
//   owner's pieces. It fails in every epoch but e, and the epoch cannot end before the claimed piece is done.
// - A thread that finds nothing more to claim adds the number of pieces that it finished to `done`. Whoever makes that P
//   opens the next epoch: after the last phase of a step it raises `stepsDone` and, if that was the last step or `stop`
//   is set, stores `finishedEpoch` as the epoch. Otherwise it sets `done` to 0, then all counters to (e + 1, 0), then the
//   epoch; in this order, since claims for an epoch may begin as soon as a thread reads it. Then it wakes those who sleep.
// - The others look at the epoch for a while, then count themselves in `sleepers`, and sleep unless the epoch has
//   changed. They are either counted by the thread that changes the epoch or see that it was changed.
//
// All of it is sequentially consistent. A single thread calls kernels directly, and uses only `stop` and `stepsDone`.

/** Byte offsets into the block of 32-bit integers. */
export const controlOffsets = {
  /** The epoch under way, or `finishedEpoch`. */
  epoch: 0,
  /** Threads that are asleep, or about to be. */
  sleepers: 4,
  /** Pieces finished in this epoch. */
  done: 8,
  /** Set to anything but 0 from outside to end the run after the step under way. */
  stop: 12,
  /** Steps that are done. */
  stepsDone: 16,
} as const;

const cacheLineBytes = 64;

/**
 * The byte offset of a thread's counter, 64 bits: in the upper half the epoch for which it holds, in the lower how many of
 * the thread's own pieces have been claimed. Each has a cache line, as it is mostly used by its own thread.
 */
export function counterOffset(thread: number): number {
  return cacheLineBytes * (1 + thread);
}

/** The epoch once the run is over, as a signed 32-bit integer: whoever reads it returns. */
export const finishedEpoch = -1;

/**
 * After so many epochs their numbers begin at 0 again: as an unsigned 32-bit integer, the most that is a whole number of
 * steps and leaves `finishedEpoch` out. A thread that slept through all of them finds nothing wrong: equal numbers mean
 * equal phases, and what it claims counts for the epoch under way.
 */
export function epochsBeforeWrap(phases: number): number {
  return phases * Math.floor((2 ** 32 - 1) / phases);
}

/** Bytes that the block takes for so many threads, at an address that is a multiple of 64. A run finds it all zeros. */
export function controlByteLength(threads: number): number {
  return counterOffset(threads);
}
