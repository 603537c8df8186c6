// Times steps that are too short for a clock: many in a burst, and the best of several bursts, since whatever disturbs a
// burst can only make it longer.

/** Long enough for a clock that is true to some microseconds. */
const usualBurstMs = 2;
const fewestBursts = 3;
const usualMs = 16;
const mostStepsEver = 2 ** 20;
/** What nothing can be told from. */
const resolutionMs = 1e-4;

export interface BestStepOptions {
  /** Milliseconds that a burst takes beside its steps. */
  readonly overheadMs?: number;
  /** No burst has more steps. */
  readonly mostSteps?: number;
  /** About how long a burst should be: the longer, the less it matters what it takes beside its steps. */
  readonly burstMs?: number;
  /** How long to go on, but for the fewest bursts; longer where a disturbed measurement would stay. */
  readonly enoughMs?: number;
  /** Called before each burst, outside the time that counts. */
  readonly prepare?: () => void;
}

/**
 * Microseconds of one step, above 0.
 * @param run runs so many steps
 */
export async function bestStep(
  run: (steps: number) => Promise<unknown>,
  {
    overheadMs = 0,
    mostSteps = mostStepsEver,
    burstMs = usualBurstMs,
    enoughMs = usualMs,
    prepare,
  }: BestStepOptions = {},
): Promise<number> {
  let steps = 1;
  const burst = async (): Promise<number> => {
    prepare?.();
    const start = performance.now();
    await run(steps);
    return Math.max(resolutionMs, performance.now() - start - overheadMs);
  };
  for (let elapsed = await burst(); elapsed < burstMs && steps < mostSteps; elapsed = await burst())
    steps = Math.min(mostSteps, Math.ceil(steps * Math.min(8, (1.2 * burstMs) / elapsed)));
  let best = Infinity;
  const start = performance.now();
  for (let count = 0; count < fewestBursts || performance.now() - start < enoughMs; count++)
    best = Math.min(best, (await burst()) / steps);
  return 1000 * best;
}
