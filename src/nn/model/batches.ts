// One pass over the data as a compiled program: each of its steps takes the next batch, and the last batch, which may be
// smaller, runs the same program with the rows beyond the end masked.
import type { Profile } from '../../base/profile.js';
import { compile, type CompiledFunction } from '../../tensor/compile.js';
import { fromNDArray, full, zeros } from '../../tensor/creation.js';
import { positions } from '../../tensor/positions.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TensorTree } from '../../tensor/tree.js';
import { Variable } from '../../tensor/variable.js';

/** What a step is told of its batch, while it is traced. */
export interface Batch {
  /** B. */
  readonly size: number;
  /** Which rows of the data, int32 [B]; a row beyond the end repeats one of the batch. */
  readonly rows: Tensor;
  /** 1 for the rows that count and 0 for those beyond the end, float32 [B]. */
  readonly valid: Tensor;
  /** How many rows count, a float32 scalar. */
  readonly count: Tensor;
}

export interface PassOptions<Result extends TensorTree> {
  /** Number of samples, at least 1. */
  readonly samples: number;
  readonly batchSize: number;
  /** Whether the samples are taken in an order that `start` is given, rather than one after the other. */
  readonly ordered: boolean;
  /**
   * Whether a smaller last batch gets a program of its own: needed where a step's function of a whole batch cannot leave
   * rows out.
   */
  readonly exactBatches: boolean;
  /** Whether the batches begin anew after the last one, for as many steps as one likes. */
  readonly endless?: boolean;
  /** What a step computes, traced once for each batch size. */
  readonly step: (batch: Batch) => Result;
}

export class Pass<Result extends TensorTree> {
  /** Number of batches. */
  readonly steps: number;
  readonly #samples: number;
  readonly #size: number;
  readonly #fullSteps: number;
  readonly #endless: boolean;
  readonly #step: (batch: Batch) => Result;
  readonly #counter = new Variable(int32(0), { name: 'batch', trainable: false });
  readonly #order: Variable | undefined;
  readonly #main: CompiledFunction<[], Result>;
  readonly #tail: CompiledFunction<[], Result>;
  #done = 0;

  constructor(options: PassOptions<Result>) {
    const { samples, batchSize, ordered, exactBatches, endless = false, step } = options;
    this.#samples = samples;
    this.#size = Math.min(batchSize, samples);
    this.steps = Math.ceil(samples / this.#size);
    const rest = samples % this.#size;
    this.#fullSteps = exactBatches && rest > 0 ? this.steps - 1 : this.steps;
    this.#endless = endless;
    this.#step = step;
    if (ordered) this.#order = new Variable(zeros([samples], 'int32'), { name: 'order', trainable: false });
    this.#main = compile(() => this.#trace(this.#size, rest > 0 && !exactBatches));
    this.#tail = this.#fullSteps === this.steps ? this.#main : compile(() => this.#trace(rest, false));
  }

  /** Batches done since `start`. */
  get done(): number {
    return this.#done;
  }

  /** Goes on after batch number `done`, in the same order. */
  seek(done: number): void {
    this.#done = done;
    this.#counter.assign(int32(done));
  }

  /** Samples in all batches but perhaps the last. */
  get batchSize(): number {
    return this.#size;
  }

  /** Number of samples in batch number `step`. */
  sizeOf(step: number): number {
    return Math.min(this.#size, this.#samples - step * this.#size);
  }

  #trace(size: number, hasMask: boolean): Result {
    const counter = this.#counter.value;
    const position = counter.mul(this.#size).add(positions(size));
    const inside = hasMask ? position.minimum(this.#samples - 1) : position;
    const valid = hasMask ? position.less(this.#samples).cast('float32') : full([size], 1);
    const next = counter.add(1);
    this.#counter.assign(this.#endless ? next.mod(this.#fullSteps) : next);
    return this.#step({
      size,
      rows: this.#order ? this.#order.value.gather(inside) : inside,
      valid,
      count: hasMask ? valid.sum() : full([], size),
    });
  }

  /** Begins anew; where the pass is ordered, with the samples in the order given. */
  start(order?: Int32Array): void {
    this.#done = 0;
    this.#counter.assign(int32(0));
    if (order && this.#order) this.#order.assign(fromNDArray({ dtype: 'int32', shape: [this.#samples], data: order }));
  }

  /** Runs up to `count` of the steps that are left, without coming back in between. Gives how many, and the last result. */
  async advance(count: number): Promise<{ readonly ran: number; readonly result: Result }> {
    const inMain = this.#done < this.#fullSteps;
    const ran = Math.min(count, (inMain ? this.#fullSteps : this.steps) - this.#done);
    const result = await (inMain ? this.#main : this.#tail).repeat(ran);
    this.#done += ran;
    return { ran, result };
  }

  /** Measures where the time of a step over a batch goes; the pass and what its steps change stay as they are. */
  profile(): Promise<Profile> {
    return this.#main.profile();
  }

  /** Gives back the memory that the data takes in the backend; the pass can be started again. */
  dispose(): void {
    this.#main.dispose();
    this.#tail.dispose();
    // A new value leaves the backend's memory; the collector would give it back too, but nobody knows when.
    this.#counter.assign(int32(0));
    this.#order?.assign(zeros([this.#samples], 'int32'));
  }
}

function int32(value: number): Tensor {
  return fromNDArray({ dtype: 'int32', shape: [], data: Int32Array.of(value) });
}
