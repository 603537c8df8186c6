// Time as progress bars and reports measure it.

export interface Clock {
  /** Milliseconds from some fixed moment on; never runs backwards. */
  now(): number;
}

/** The clock of Node and browsers alike. */
export const performanceClock: Clock = { now: () => performance.now() };
