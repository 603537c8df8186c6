// Times calls within a process, for workloads that are no training.

/** For how long calls are timed in a round. */
const roundMilliseconds = 300;
/** For how long calls are made before that. */
const warmMilliseconds = 100;
/** A bundle of calls is at least that long, so that reading the clock does not count. */
const bundleMilliseconds = 20;

/**
 * Times one call after the other, after some that are not timed: caches are cold since others had their turn, and V8
 * compiles what it runs often.
 * @returns microseconds of each, at most `mostCalls` of them
 */
export async function timeCalls(call: () => Promise<unknown>, mostCalls: number): Promise<number[]> {
  await callFor(warmMilliseconds, call, mostCalls);
  return callFor(roundMilliseconds, call, mostCalls);
}

async function callFor(milliseconds: number, call: () => Promise<unknown>, mostCalls: number): Promise<number[]> {
  const times: number[] = [];
  const begin = performance.now();
  do {
    const before = performance.now();
    await call();
    times.push(1000 * (performance.now() - before));
  } while (times.length < mostCalls && performance.now() - begin < milliseconds);
  return times;
}

/**
 * Times bundles of as many repetitions as make it worth reading the clock.
 * @param run does it so many times
 * @param mostTimes of a bundle
 * @returns microseconds of one repetition, for each bundle
 */
export async function timeBundles(run: (times: number) => Promise<unknown>, mostTimes: number): Promise<number[]> {
  let bundle = 1;
  for (;;) {
    const before = performance.now();
    await run(bundle);
    const elapsed = performance.now() - before;
    if (elapsed >= bundleMilliseconds || bundle >= mostTimes) break;
    bundle = Math.min(mostTimes, bundle * Math.min(10, Math.max(2, Math.ceil((1.2 * bundleMilliseconds) / elapsed))));
  }
  const times: number[] = [];
  const begin = performance.now();
  do {
    const before = performance.now();
    await run(bundle);
    times.push((1000 * (performance.now() - before)) / bundle);
  } while (performance.now() - begin < roundMilliseconds);
  return times;
}
