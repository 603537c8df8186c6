// What callbacks can do with the training under way beyond hearing of it: keep it, go back to a moment of it, look into
// its steps. `fit` provides it as `model.run`.
import type { NamedArrays } from '../saving/format.js';
import type { Json } from '../../formats/json.js';

/** Where a training stands beside the model's weights and its optimizer's state, for a file. */
export interface RunState {
  readonly values: Readonly<Record<string, Json>>;
  readonly arrays: NamedArrays;
}

/** A moment of the training, in memory: what `rewind` goes back to. */
export interface Moment {
  readonly epoch: number;
  readonly batch: number;
}

/** Numbers by name. */
type Numbers = Record<string, number>;

type Heard = (logs: () => Promise<Numbers>) => void | Promise<void>;

export interface TrainingRun {
  /** The epoch under way, from 0; between two epochs the next one. */
  readonly epoch: number;
  /** How many of its batches are done. */
  readonly batch: number;
  /** Calls `listener` whenever steps have been run, many at once: it makes training come back no more often. */
  onSteps(listener: Heard): void;
  /** Calls `listener` after every `count` batches; training comes back for it, and not in between. */
  every(count: number, listener: Heard): void;
  /** The numbers since the epoch began. */
  logs(): Promise<Numbers>;
  /** Where the training stands, the states of its callbacks included. */
  capture(): Promise<RunState>;
  /** Goes on where another run stood. Only before the first step. @throws DataError if it was another training */
  resume(state: RunState, place: string): void;
  /** The state of everything that steps change, as it is now. */
  moment(): Promise<Moment>;
  /** Goes back, or forth, to a moment of this epoch. */
  rewind(moment: Moment): void;
  /** Runs the next batch of the epoch. */
  step(): Promise<void>;
  /** Where numbers first are not finite if the next batch is run from here; undefined where all stay finite. */
  findNonFinite(): Promise<string | undefined>;
}
