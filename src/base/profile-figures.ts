// What a profile says of a step and its kernels.

/** A piece of a step that runs as one: the operations that the compiler put together. */
export interface KernelProfile {
  /** As in what NACRE_DEBUG=3 prints. */
  readonly name: string;
  /** The operations and the shapes of what they give: `contract [32,128], add [32,128]`. */
  readonly operations: string;
  /** Kernels of one phase may run at the same time; phases run one after the other, counted from 0. */
  readonly phase: number;
  /** Pieces that threads can share out. */
  readonly chunks: number;
  /** Its loops, and the tile that it keeps in registers. */
  readonly schedule: string;
  /** Time for one step on the profile's number of threads, run over and over by itself. */
  readonly microseconds: number;
  /** The same on one thread. */
  readonly microsecondsOnOneThread: number;
  /** Floating-point operations of one step, by count of the elements; a multiplication and its addition are two. */
  readonly flops: number;
  /** Bytes of one step: each array counted once as read and once as written. */
  readonly bytes: number;
  readonly gigaflopsPerSecond: number;
  readonly gigabytesPerSecond: number;
  /** Part of the time of all kernels, 0 to 1. */
  readonly share: number;
  /** The least time that the floors allow on the profile's number of threads. */
  readonly floorMicroseconds: number;
  /** Which floor is the nearer one. */
  readonly bound: 'arithmetic' | 'memory';
  /** floorMicroseconds / microseconds: 1 at the floor, above it where caches give more than memory. */
  readonly floorFraction: number;
}

/** The step as a whole. */
export interface StepProfile {
  /** Time of one step as training runs it, on the profile's number of threads. */
  readonly microseconds: number;
  readonly microsecondsOnOneThread: number;
  /** The kernels' own times added up. */
  readonly kernelMicroseconds: number;
  readonly flops: number;
  readonly bytes: number;
  readonly gigaflopsPerSecond: number;
  readonly gigabytesPerSecond: number;
  /** The kernels' floors added up. */
  readonly floorMicroseconds: number;
  readonly floorFraction: number;
  readonly phases: number;
  /** Memory for what only lives within a step, as planned. */
  readonly temporaryBytes: number;
  /** What of it is alive at the worst moment: no plan of these phases needs less. */
  readonly temporaryFloorBytes: number;
}

/** What can be reached on a number of threads. */
export interface Floors {
  readonly threads: number;
  /** Multiplications and additions in registers, in 1e9 a second; a multiplication with its addition counts as two. */
  readonly gigaflopsPerSecond: number;
  /** Of a = b + 3 c over arrays far larger than the caches, in 1e9 bytes read and written a second. */
  readonly gigabytesPerSecond: number;
}

export interface ProfileFigures {
  readonly backend: string;
  /** Threads that share a step: as many as it is worth, at most the backend's. */
  readonly threads: number;
  readonly step: StepProfile;
  /** In the order in which they run. */
  readonly kernels: readonly KernelProfile[];
  /** What the machine reaches, measured in this process. */
  readonly floors: Floors;
}
