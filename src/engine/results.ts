// Results that stay in a backend's memory: they are copied out when somebody asks for their numbers, and a program that
// takes them as its parameters takes them where they are.
//
// Nobody says when a result is no longer needed; the collector finds out. It looks at what it knows of, which is not a
// backend's memory: results weigh on it by memory that is reserved and never touched. What it has found is told only
// between tasks of the event loop, so that now and then the next task is waited for. If that does not help, the oldest
// results are copied out.
import type { DType } from '../base/dtype.js';
import type { NDArray } from '../base/ndarray.js';
import { nextTask } from '../base/next-task.js';
import type { Shape } from '../base/shape.js';
import type { Soon } from '../base/soon.js';
import type { DataSource } from '../ir/graph.js';
import type { Backend } from '../runtime/backend.js';
import type { DeviceValue } from './device-value.js';

/** Below this a copy costs less than keeping track. */
export const leastKeptBytes = 64 * 1024;

/** How much of all backends' memory results may take. */
const mostBytes = 512 * 2 ** 20;

/** After so many bytes of results the next task is waited for. About as many make the collector look. */
const bytesBetweenTasks = 64 * 2 ** 20;

/** Results weigh on the collector in pieces of at least so much, since a piece costs some microseconds. */
const leastWeight = 2 ** 20;

/** The constructor as engines since 2023 have it; others make memory that is touched, which costs time and no more. */
const ResizableArrayBuffer = ArrayBuffer as new (
  byteLength: number,
  options?: { readonly maxByteLength: number },
) => ArrayBuffer;

/** Where a result is: in a backend's memory, or in an array of its own. */
interface Residence {
  readonly dtype: DType;
  readonly shape: Shape;
  value: DeviceValue | undefined;
  array: Soon<NDArray> | undefined;
  /** Programs that are about to use it where it is. */
  holders: number;
}

/** The result of a program. */
export class DeviceResult implements DataSource {
  readonly #keeper: ResultKeeper;
  readonly #residence: Residence;
  /** Not touched. */
  readonly weight: ArrayBuffer | undefined;

  constructor(keeper: ResultKeeper, residence: Residence, weight: ArrayBuffer | undefined) {
    this.#keeper = keeper;
    this.#residence = residence;
    this.weight = weight;
  }

  /** The values, which from then on are in an array and nowhere else. */
  get array(): Soon<NDArray> {
    const residence = this.#residence;
    this.#keeper.moveOut(residence);
    return residence.array!;
  }

  /** A copy that is the caller's own; undefined where the values are in an array. */
  copy(): Soon<NDArray> | undefined {
    const { value, dtype, shape } = this.#residence;
    return value?.read(dtype, shape);
  }

  /** Where the values are, if that is in the memory of `backend`; they stay there until they are released. */
  hold(backend: Backend): DeviceValue | undefined {
    const { value } = this.#residence;
    if (value?.backend !== backend) return undefined;
    this.#residence.holders++;
    return value;
  }

  release(): void {
    this.#residence.holders--;
  }
}

/** The results that are in backends' memory. */
export class ResultKeeper {
  /** The oldest first. It knows nothing of the results themselves, so that they can be collected. */
  readonly #residences = new Set<Residence>();
  readonly #collected = new FinalizationRegistry<Residence>((residence) => this.#forget(residence));
  readonly #mostBytes: number;
  readonly #bytesBetweenTasks: number;
  #bytes = 0;
  /** Since the last task that was waited for. */
  #newBytes = 0;
  #unweighed = 0;

  /** With limits of its own for tests. */
  constructor(limits: { readonly mostBytes?: number; readonly bytesBetweenTasks?: number } = {}) {
    this.#mostBytes = limits.mostBytes ?? mostBytes;
    this.#bytesBetweenTasks = limits.bytesBetweenTasks ?? bytesBetweenTasks;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a result of this size is worth keeping where it is. */
  keeps(byteLength: number): boolean {
    return byteLength >= leastKeptBytes;
  }

  /** A result that is at `value`, which is freed when nobody needs it. */
  keep(value: DeviceValue, dtype: DType, shape: Shape): DeviceResult {
    const residence: Residence = { dtype, shape, value, array: undefined, holders: 0 };
    const result = new DeviceResult(this, residence, this.#weigh(value.byteLength));
    this.#residences.add(residence);
    this.#bytes += value.byteLength;
    this.#newBytes += value.byteLength;
    this.#collected.register(result, residence);
    return result;
  }

  /** Copies a result out. It may stay where it is too while a program is about to use it. */
  moveOut(residence: Residence): void {
    const { value, dtype, shape } = residence;
    if (!value) return;
    if (!residence.array) {
      const array = value.read(dtype, shape);
      residence.array = array;
      // Whoever asks for the values gets the error.
      if (array instanceof Promise)
        array.then(
          (read) => (residence.array = read),
          () => undefined,
        );
    }
    if (residence.holders === 0) this.#forget(residence);
  }

  /** To be waited for after results were kept: makes room where it is time to. */
  relieve(): Promise<void> | undefined {
    return this.#newBytes < this.#bytesBetweenTasks && this.#bytes <= this.#mostBytes ? undefined : this.#relieve();
  }

  async #relieve(): Promise<void> {
    this.#newBytes = 0;
    await nextTask();
    for (const residence of this.#residences) {
      if (this.#bytes <= this.#mostBytes) return;
      this.moveOut(residence);
    }
  }

  /** Copies out all that is in the memory of `backend`, which is about to close or is full. Whether there was anything. */
  async moveAllOut(backend: Backend): Promise<boolean> {
    const own = [...this.#residences].filter(({ value }) => value?.backend === backend);
    for (const residence of own) this.moveOut(residence);
    await Promise.allSettled(own.map(async ({ array }) => array));
    return own.length > 0;
  }

  #weigh(byteLength: number): ArrayBuffer | undefined {
    this.#unweighed += byteLength;
    if (this.#unweighed < leastWeight) return undefined;
    const weight = this.#unweighed;
    this.#unweighed = 0;
    // Memory that could be made smaller is reserved by itself, and is no more than reserved until it is written.
    return new ResizableArrayBuffer(weight, { maxByteLength: weight });
  }

  #forget(residence: Residence): void {
    const { value } = residence;
    if (!value) return;
    residence.value = undefined;
    this.#residences.delete(residence);
    this.#bytes -= value.byteLength;
    value.free();
  }
}
