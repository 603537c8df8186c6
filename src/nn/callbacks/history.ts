// What fit returns: the numbers of every epoch.
import type { Logs, RunParams } from './callback.js';

/** The record of a call of fit. */
export class History {
  /** For each name in the logs, its value of every epoch: `history.loss`, `history.val_accuracy`. */
  readonly history: Record<string, number[]> = {};
  /** The numbers of the epochs, from 0. */
  readonly epoch: number[] = [];
  readonly params: RunParams;

  constructor(params: RunParams) {
    this.params = params;
  }

  /** Adds an epoch. */
  add(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}
