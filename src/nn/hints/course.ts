// The course of a training, as hints see it after an epoch: the logs, how long it has been no better than chance, and,
// only when a hint asks because of that, looks inside.
import type { Logs } from '../callbacks/callback.js';
import type { Variable } from '../../tensor/variable.js';
import { isAccuracyChance, isLossChance } from './chance.js';
import { lookInside, type Look, type LookSource } from './look.js';
import type { FitPlan } from './plan.js';

export interface CourseSource extends Omit<LookSource, 'samples'> {
  readonly plan: FitPlan;
  readonly variables: readonly Variable[];
  /** The rate as it is now; undefined where it follows a schedule. */
  readonly learningRate: () => number | undefined;
}

/** Epochs at the level of chance after which it counts; a beginning may take its time. */
const patience = 3;
/** Updates after which a training can be judged, and those after which its end may be judged sooner. */
const fewUpdates = 30;
const manyUpdates = 300;

/** How much of itself the loss loses in an epoch of a training that gets somewhere. */
const noticeable = 0.03;

/** Weights of more elements are not read back to be compared. */
const largestCompared = 1_000_000;

export class Course {
  readonly plan: FitPlan;
  readonly #source: CourseSource;
  readonly #logs: Logs[] = [];
  #updates = 0;
  #isOver = false;
  /** Epochs in a row, up to now, whose accuracy and whose loss were those of chance. */
  #chanceEpochs = { accuracy: 0, all: 0 };
  #weights: Float64Array | undefined;
  #movement: number | undefined;
  #look: { readonly epoch: number; readonly look: Promise<Look | undefined> } | undefined;

  constructor(source: CourseSource) {
    this.plan = source.plan;
    this.#source = source;
  }

  /** Takes an epoch into account, of which `updates` steps ran. `isOver` says that no other follows. */
  async add(logs: Logs, updates: number, isOver: boolean): Promise<void> {
    this.#logs.push({ ...logs });
    this.#updates += updates;
    this.#isOver = isOver;
    const [byAccuracy, byLoss] = [isAccuracyChance(logs, this.plan.chance), isLossChance(logs, this.plan.chance)];
    const isAll = !this.plan.isWeighted && (byAccuracy ?? byLoss ?? false) && (byLoss ?? true);
    const { accuracy, all } = this.#chanceEpochs;
    this.#chanceEpochs = { accuracy: (byAccuracy ?? isAll) ? accuracy + 1 : 0, all: isAll ? all + 1 : 0 };
    if (isAll) await this.#compareWeights();
    else this.#weights = this.#movement = undefined;
  }

  /** The logs of the epochs, the last one last. */
  get logs(): readonly Logs[] {
    return this.#logs;
  }

  get last(): Logs {
    return this.#logs.at(-1)!;
  }

  /** The losses on the training samples. */
  get losses(): readonly number[] {
    return this.#logs.map((logs) => logs.loss ?? NaN);
  }

  /** The losses on the training samples, as means of so many epochs as have updates enough to be compared. */
  get judgedLosses(): readonly number[] {
    const { epochsToJudge } = this.plan;
    const { losses } = this;
    return Array.from({ length: Math.floor(losses.length / epochsToJudge) }, (_, index) => {
      const judged = losses.slice(index * epochsToJudge, (index + 1) * epochsToJudge);
      return judged.reduce((sum, loss) => sum + loss, 0) / epochsToJudge;
    });
  }

  get learningRate(): number | undefined {
    return this.#source.learningRate();
  }

  /** Steps so far. */
  get updates(): number {
    return this.#updates;
  }

  /** Whether no other epoch follows. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether the loss still falls noticeably: then the training may only need more time. */
  get isFalling(): boolean {
    const [previous, last] = [this.losses.at(-2), this.losses.at(-1)!];
    return previous !== undefined && previous - last > noticeable * Math.abs(previous);
  }

  /** Whether accuracy and loss, as far as they are known, have been those of chance for long enough to say so. */
  get isStuck(): boolean {
    return this.#isLong(this.#chanceEpochs.all);
  }

  /** The same of the accuracy alone: the loss may have learned how frequent the classes are. */
  get isAccuracyStuck(): boolean {
    return this.#isLong(this.#chanceEpochs.accuracy);
  }

  #isLong(epochs: number): boolean {
    if (this.#updates < fewUpdates || epochs === 0) return false;
    return epochs >= patience || (this.#isOver && epochs === this.#logs.length && this.#updates >= manyUpdates);
  }

  /**
   * How far the last epoch has moved the last layer's weights, as a part of their size; undefined unless the epoch before
   * was at the level of chance too.
   */
  get movement(): number | undefined {
    return this.#movement;
  }

  /**
   * What the model gives for a few samples. Done anew after 1, 2, 4, ... epochs, so that a training that never gets
   * anywhere is not slowed down either; undefined in between.
   */
  look(): Promise<Look | undefined> {
    const epoch = this.#logs.length;
    const before = this.#look;
    if (before?.epoch === epoch) return before.look;
    if (before && epoch < 2 * before.epoch && !this.#isOver) return Promise.resolve(undefined);
    const { batchSize } = this.plan;
    const samples = Math.max(32, Math.min(batchSize, 128));
    // A model of the user's own may fail outside of training. That must not end the training: nothing is seen then.
    const look = lookInside({ ...this.#source, samples }).catch(() => undefined);
    this.#look = { epoch, look };
    return look;
  }

  /** Remembers the last layer's weights, and compares them with those of the epoch before. */
  async #compareWeights(): Promise<void> {
    const variable = this.#source.variables.findLast(({ shape }) => shape.length >= 2);
    if (!variable || variable.size > largestCompared) return;
    const now = Float64Array.from((await variable.read()).data);
    const before = this.#weights;
    this.#weights = now;
    if (!before) return;
    const size = Math.hypot(norm(before), Number.MIN_VALUE);
    this.#movement = norm(now.map((value, index) => value - before[index]!)) / size;
  }
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
