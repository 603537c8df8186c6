// Keeps passes over data that have been traced, for the next run over the same data.
import type { Tensor } from '../../tensor/tensor.js';
import type { Pass } from './batches.js';
import type { MetricSet } from './metric-set.js';
import type { Origin } from './origin.js';

/** A pass and the metrics that its steps update. */
export interface MeasuredPass {
  readonly pass: Pass<undefined>;
  readonly metrics: MetricSet;
}

/** A measured pass that is in use by one run. */
export interface Lease extends MeasuredPass {
  /** Ends the use; the memory that the data takes in the backend is given back. */
  release(): void;
}

interface Entry extends MeasuredPass {
  readonly origin: Origin;
  readonly settings: string;
  isInUse: boolean;
}

/** One pass for each purpose and x, for as long as that x lives. */
export class PassCache {
  #entries = new Map<string, WeakMap<Tensor, Entry>>();

  /** Forgets all. */
  clear(): void {
    this.#entries = new Map();
  }

  /** The pass over the same data with the same settings, or a new one; a new one too while that one is in use. */
  async lease(purpose: string, origin: Origin, settings: string, make: () => Promise<MeasuredPass>): Promise<Lease> {
    let entries = this.#entries.get(purpose);
    if (!entries) {
      entries = new WeakMap();
      this.#entries.set(purpose, entries);
    }
    const key = `${settings} ${origin.range.join()}`;
    const known = entries.get(origin.x);
    const isSame = known?.settings === key && known.origin.y === origin.y && known.origin.weights === origin.weights;
    if (known && isSame && !known.isInUse) return leaseOf(known);
    const entry: Entry = { ...(await make()), origin, settings: key, isInUse: false };
    if (!known?.isInUse) entries.set(origin.x, entry);
    return leaseOf(entry);
  }
}

function leaseOf(entry: Entry): Lease {
  entry.isInUse = true;
  return {
    pass: entry.pass,
    metrics: entry.metrics,
    release: () => {
      entry.pass.dispose();
      entry.isInUse = false;
    },
  };
}
