// What the machine can do, whatever the program: multiplications and additions of vectors that never leave the
// registers, and the traffic of memory. Measured by Nacre's own probes (src/engine/floors.ts), in WebAssembly and in the
// machine's own code, each in a process of its own.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FloorReply, FloorRequest } from './floor-child.js';
import type { FloorTarget } from './plan.js';
import { median } from './statistics.js';

/** Measures what the machine can do in one kind of code, as often as it is asked to. */
export interface FloorProbe {
  /** Measures with these numbers of threads. */
  measure(threadCounts: readonly number[]): Promise<void>;
  /** Billions of floating-point operations a second, the best of the run: what disturbs it can only make it worse. */
  gflops(threads: number): number;
  /** Billions of bytes a second, those read and those written, each array counted once: the best of the run. */
  gigabytesPerSecond(threads: number): number;
  /**
   * The same in the rounds of the contest under way, the median, as the workloads' times are: how fast memory is can change
   * for minutes with what other machines on the same host do.
   */
  gigabytesPerSecondOfContest(threads: number): number;
}

/** The floors of all kinds of code that can be had here; a result of another kind has no floor. */
export class Floors {
  readonly #probes = new Map<FloorTarget, Probe>();

  /** Starts the probes; one whose backend cannot be had is left out. */
  static async start(targets: readonly FloorTarget[], mostThreads: number): Promise<Floors> {
    const floors = new Floors();
    for (const target of targets) {
      const probe = new Probe();
      if (await probe.start(target, mostThreads)) floors.#probes.set(target, probe);
      else probe.close();
    }
    return floors;
  }

  /** What there is a probe for. */
  get targets(): FloorTarget[] {
    return [...this.#probes.keys()];
  }

  of(target: FloorTarget): FloorProbe | undefined {
    return this.#probes.get(target);
  }

  async measure(threadCounts: readonly number[]): Promise<void> {
    for (const probe of this.#probes.values()) await probe.measure(threadCounts);
  }

  /** What was measured before is of other contests. */
  beginContest(): void {
    for (const probe of this.#probes.values()) probe.beginContest();
  }

  close(): void {
    for (const probe of this.#probes.values()) probe.close();
  }
}

interface Best {
  gigaflopsPerSecond: number;
  gigabytesPerSecond: number;
}

class Probe implements FloorProbe {
  readonly #child: ChildProcess = fork(fileURLToPath(new URL('floor-child.js', import.meta.url)));
  readonly #best = new Map<number, Best>();
  readonly #bandwidths = new Map<number, number[]>();

  async start(target: FloorTarget, threads: number): Promise<boolean> {
    return (await this.#ask({ start: target, threads })).usable;
  }

  async measure(threadCounts: readonly number[]): Promise<void> {
    for (const threads of threadCounts) {
      const { floors } = await this.#ask({ measure: threads });
      const bandwidths = this.#bandwidths.get(threads) ?? [];
      this.#bandwidths.set(threads, [...bandwidths, floors?.gigabytesPerSecond ?? 0]);
      const best = this.#best.get(threads) ?? { gigaflopsPerSecond: 0, gigabytesPerSecond: 0 };
      this.#best.set(threads, {
        gigaflopsPerSecond: Math.max(best.gigaflopsPerSecond, floors?.gigaflopsPerSecond ?? 0),
        gigabytesPerSecond: Math.max(best.gigabytesPerSecond, floors?.gigabytesPerSecond ?? 0),
      });
    }
  }

  gflops(threads: number): number {
    return this.#measured(threads).gigaflopsPerSecond;
  }

  gigabytesPerSecond(threads: number): number {
    return this.#measured(threads).gigabytesPerSecond;
  }

  gigabytesPerSecondOfContest(threads: number): number {
    return median(this.#bandwidths.get(threads) ?? []);
  }

  beginContest(): void {
    this.#bandwidths.clear();
  }

  close(): void {
    this.#child.kill();
  }

  #measured(threads: number): Best {
    const best = this.#best.get(threads);
    if (!best) throw new Error(`The floors of ${threads} threads were not measured.`);
    return best;
  }

  #ask(request: FloorRequest): Promise<FloorReply> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`The probe's process ended (${code}).`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (reply: FloorReply) => {
        this.#child.off('exit', onExit);
        resolve(reply);
      });
      this.#child.send(request);
    });
  }
}
