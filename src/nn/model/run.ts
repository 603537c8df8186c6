// The state of a call of fit: which epoch and batch it is at, what its steps change, and how to keep all that, restore it
// and go back within an epoch.
import { DataError, StateError } from '../../base/errors.js';
import type { NDArray } from '../../base/ndarray.js';
import { RandomStream } from '../../base/random.js';
import { sameShape } from '../../base/shape.js';
import { isRecord, type Json } from '../../formats/json.js';
import { fromNDArray, full } from '../../tensor/creation.js';
import { rowSource } from '../../tensor/rows.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Variable } from '../../tensor/variable.js';
import type { CallbackList } from '../callbacks/callback-list.js';
import type { CallbackState, Logs } from '../callbacks/callback.js';
import type { Moment, RunState, TrainingRun } from '../callbacks/training-run.js';
import { activeConsole } from '../console.js';
import type { Layer } from '../layers/layer.js';
import { globalSeed } from '../naming.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { Pass } from './batches.js';
import type { Compiled } from './compiled.js';
import { findNonFinite, nonFiniteWeights } from './find-non-finite.js';
import type { MeasuredPass } from './pass-cache.js';
import type { Prepared } from './prepare.js';
import type { StepWatch } from './run-pass.js';
import type { Computation } from './inference.js';

export interface RunParts {
  readonly model: Computation & {
    readonly layers: readonly Layer[];
    readonly weights: readonly Variable[];
    stopTraining: boolean;
  };
  readonly optimizer: Optimizer;
  readonly loss: Compiled['measured']['loss'];
  /** What training moves. */
  readonly trained: readonly Variable[];
  readonly callbacks: CallbackList;
  readonly data: Prepared;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly initialEpoch: number;
  /** Steps that the optimizer has done before. */
  readonly stepsDone: number;
}

/** Separates the orders of samples from everything else that is drawn from the same seed. */
const orderSeed = 0x5f356495;

interface Listener {
  readonly interval: number | undefined;
  left: number;
  readonly hear: (logs: () => Promise<Logs>) => void | Promise<void>;
}

/** A moment, with the values of all that steps change. */
class KeptMoment implements Moment {
  readonly epoch: number;
  readonly batch: number;
  readonly values: readonly Tensor[];

  constructor(epoch: number, batch: number, values: readonly Tensor[]) {
    this.epoch = epoch;
    this.batch = batch;
    this.values = values;
  }
}

export class Run implements TrainingRun, StepWatch {
  readonly #parts: RunParts;
  readonly #listeners: Listener[] = [];
  #epoch: number;
  /** Before the epoch. */
  #stepsDone: number;
  #measured: MeasuredPass | undefined;
  #order: Int32Array | undefined;
  /** Set between `startEpoch` and `completeEpoch`. */
  #isInEpoch = false;
  /** What the first epoch begins with, where the run goes on in the middle of one. */
  #resumed: { readonly batch: number; readonly metrics: readonly NDArray[]; readonly place: string } | undefined;
  #isOver = false;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#epoch = parts.initialEpoch;
    this.#stepsDone = parts.stepsDone;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get batch(): number {
    return this.#isInEpoch ? this.#pass.done : 0;
  }

  /** Whether it had been stopped before it was resumed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get #pass(): Pass<undefined> {
    return this.#begun().pass;
  }

  #begun(): MeasuredPass {
    if (!this.#measured) throw new StateError('The training has not begun: there are no steps yet.');
    return this.#measured;
  }

  /**
   * Called once its program is there.
   * @throws DataError where the metrics that a run was kept with are not those of this one
   */
  attach(measured: MeasuredPass): void {
    this.#measured = measured;
    if (!this.#resumed) return;
    const { batch, metrics, place } = this.#resumed;
    const { variables } = measured.metrics;
    const fits =
      metrics.length === variables.length &&
      variables.every(({ shape, dtype }, i) => sameShape(metrics[i]!.shape, shape) && metrics[i]!.dtype === dtype);
    if (!fits || batch > measured.pass.steps)
      throw new DataError(`${place}: the training that was kept had other metrics or batches. Call fit as before.`);
  }

  /**
   * Begins the epoch, in a new order of the samples. The order follows from the seed and the steps done before, so that
   * a training that goes on from a saved state takes the samples as an uninterrupted one would have.
   */
  startEpoch(): void {
    const { pass, metrics } = this.#begun();
    const { shuffle, data } = this.#parts;
    this.#order = shuffle
      ? new RandomStream(globalSeed() ^ orderSeed, this.#stepsDone).permutation(data.x.shape[0]!)
      : undefined;
    pass.start(this.#order);
    metrics.reset();
    this.#isInEpoch = true;
    const resumed = this.#resumed;
    this.#resumed = undefined;
    if (!resumed) return;
    pass.seek(resumed.batch);
    metrics.variables.forEach((variable, index) => variable.assign(fromNDArray(resumed.metrics[index]!)));
  }

  /** The epoch's steps are done. */
  completeEpoch(): void {
    this.#stepsDone += this.#pass.done;
    this.#isInEpoch = false;
    this.#epoch++;
  }

  logs(): Promise<Logs> {
    return this.#begun().metrics.logs();
  }

  onSteps(listener: Listener['hear']): void {
    this.#listeners.push({ interval: undefined, left: Infinity, hear: listener });
  }

  every(count: number, listener: Listener['hear']): void {
    this.#listeners.push({ interval: count, left: count, hear: listener });
  }

  get limit(): number {
    return Math.min(...this.#listeners.map(({ left }) => left));
  }

  async after(ran: number): Promise<void> {
    const logs = (): Promise<Logs> => this.logs();
    for (const listener of this.#listeners) {
      listener.left -= ran;
      if (listener.interval !== undefined && listener.left > 0) continue;
      listener.left = listener.interval ?? Infinity;
      await listener.hear(logs);
    }
  }

  async capture(): Promise<RunState> {
    const { data, batchSize, shuffle, callbacks, model } = this.#parts;
    const states = callbacks.getStates();
    const arrays = new Map<string, NDArray>();
    const metrics = this.#isInEpoch ? this.#begun().metrics.variables : [];
    const values = [
      ...metrics.map(({ value }, index) => [`metrics/${index}`, value] as const),
      ...states.flatMap((state, index) =>
        (state?.tensors ?? []).map((tensor, position) => [`callbacks/${index}/${position}`, tensor] as const),
      ),
    ];
    for (const [name, value] of values) arrays.set(name, await value.realize());
    return {
      values: {
        epoch: this.#epoch,
        batch: this.batch,
        steps_done: this.#stepsDone,
        stopped: model.stopTraining,
        samples: data.x.shape[0]!,
        batch_size: batchSize,
        shuffle,
        metrics: metrics.length,
        callbacks: states.map((state) =>
          state ? { values: state.values, tensors: state.tensors?.length ?? 0 } : null,
        ),
      },
      arrays,
    };
  }

  resume({ values, arrays }: RunState, place: string): void {
    if (this.#measured) throw new StateError('A training can be resumed only before its first step.');
    const { data, batchSize, shuffle, callbacks } = this.#parts;
    const isCount = (value: Json | undefined): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
    const { epoch, batch, steps_done: stepsDone, stopped, metrics: metricCount, callbacks: described } = values;
    if (!isCount(epoch) || !isCount(batch) || !isCount(stepsDone) || !isCount(metricCount) || !Array.isArray(described))
      throw new DataError(
        `${place}: expected where a training stood, received ${JSON.stringify(values).slice(0, 100)}.`,
      );
    const now = { samples: data.x.shape[0]!, batch_size: batchSize, shuffle };
    const differing = Object.entries(now).filter(([key, value]) => values[key] !== value);
    if (batch > 0 && differing.length > 0)
      throw new DataError(
        `${place}: it is of a training in the middle of an epoch with ${differing.map(([key]) => `${key} ${JSON.stringify(values[key])}`).join(', ')}; this one has ${differing.map(([key, value]) => `${key} ${value}`).join(', ')}. Call fit as before, or remove the file to begin anew.`,
      );
    const arraysOf = (prefix: string, count: number): NDArray[] =>
      Array.from({ length: Math.min(count, arrays.size + 1) }, (_, index) => {
        const array = arrays.get(`${prefix}/${index}`);
        if (array) return array;
        throw new DataError(`${place}: the tensor 'extra/${prefix}/${index}' is missing.`);
      });
    const metrics = arraysOf('metrics', metricCount);
    const states = (described as readonly Json[]).map((state, index): CallbackState | undefined => {
      if (!isRecord(state) || !isRecord(state.values) || !isCount(state.tensors)) return undefined;
      const tensors = arraysOf(`callbacks/${index}`, state.tensors).map((array) => fromNDArray(array));
      return { values: state.values, tensors };
    });
    if (!callbacks.setStates(states))
      activeConsole().warn(
        `${place}: it is of a training with ${states.length} callbacks; what they remember begins anew. Give fit the same callbacks as before.`,
      );
    this.#epoch = epoch;
    this.#stepsDone = stepsDone;
    this.#isOver = stopped === true;
    this.#resumed = batch > 0 ? { batch, metrics, place } : undefined;
  }

  get #changing(): readonly Variable[] {
    const { model, optimizer } = this.#parts;
    return [...model.weights, ...optimizer.variables, ...this.#begun().metrics.variables];
  }

  async moment(): Promise<Moment> {
    const values = this.#changing.map(({ value }) => value);
    const moment = new KeptMoment(this.#epoch, this.batch, values);
    await Promise.all(values.map((value) => value.realize()));
    return moment;
  }

  rewind(moment: Moment): void {
    if (!(moment instanceof KeptMoment) || moment.epoch !== this.#epoch || !this.#isInEpoch)
      throw new StateError('rewind: expected a moment of the epoch under way.');
    this.#changing.forEach((variable, index) => variable.assign(moment.values[index]!));
    this.#pass.seek(moment.batch);
  }

  async step(): Promise<void> {
    await this.#pass.advance(1);
  }

  async findNonFinite(): Promise<string | undefined> {
    const { model, loss, trained, optimizer, data } = this.#parts;
    const { batch: done } = this;
    const pass = this.#pass;
    const size = pass.sizeOf(done);
    const first = done * pass.batchSize;
    const rows = this.#order?.subarray(first, first + size) ?? Int32Array.from({ length: size }, (_, i) => first + i);
    const indices = fromNDArray({ dtype: 'int32', shape: [size], data: rows.slice() });
    const rowsOf = async (tensor: Tensor): Promise<Tensor> => (await rowSource(tensor)).rows(indices);
    const [x, y] = [await rowsOf(data.x), await rowsOf(data.y)];
    const weights = data.weights && (await rowsOf(data.weights));
    const found = await findNonFinite({
      model,
      loss,
      variables: trained,
      step: optimizer.iterations.value,
      batch: { size, rows: indices, valid: full([size], 1), count: full([], size) },
      data: { x, y, weights },
    });
    if (found !== undefined) return found;
    const before = await this.moment();
    await this.step();
    const updated = await nonFiniteWeights(model.layers);
    this.rewind(before);
    return updated && `${updated} after the optimizer's update, while all gradients are finite`;
  }
}
