// Sees to it that a weight is trained by one call of fit at a time: models can share layers.
import { StateError } from '../../base/errors.js';
import type { Variable } from '../../tensor/variable.js';

interface Trainer {
  readonly name: string;
  readonly weights: readonly Variable[];
  readonly trainableWeights: readonly Variable[];
}

/** Which model is training a weight now. */
const trainers = new WeakMap<Variable, Trainer>();

/**
 * Notes that `model` is going to train its weights. Returns what ends it.
 * @throws StateError if another model is training one of its weights
 */
export function claimWeights(model: Trainer): () => void {
  for (const variable of model.weights) {
    const trainer = trainers.get(variable);
    if (trainer)
      throw new StateError(
        `fit: the weight "${variable.name}" of model "${model.name}" is being trained by model "${trainer.name}", which shares it; await that call of fit before.`,
      );
  }
  const claimed = model.trainableWeights;
  for (const variable of claimed) trainers.set(variable, model);
  return () => {
    for (const variable of claimed) trainers.delete(variable);
  };
}
