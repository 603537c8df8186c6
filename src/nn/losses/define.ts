// Builds losses from what distinguishes them.
import type { Tensor } from '../../tensor/tensor.js';
import { reduceLoss } from './reduce.js';
import type { LabelKind, Loss } from './loss.js';

interface Definition {
  readonly className: string | undefined;
  readonly name: string;
  readonly labels: LabelKind;
  readonly fromLogits?: boolean;
  readonly values: (yTrue: Tensor, yPred: Tensor) => Tensor;
  /** What the configuration has beside name and reduction. */
  readonly config?: Record<string, unknown>;
}

export function defineLoss(definition: Definition): Loss {
  const { className, name, labels, values, config } = definition;
  return {
    className,
    name,
    labels,
    fromLogits: definition.fromLogits ?? false,
    values,
    call: (yTrue, yPred, sampleWeight) => {
      const result = values(yTrue, yPred);
      return reduceLoss(result, sampleWeight, result.shape[0] ?? 1);
    },
    getConfig: () => ({ name, reduction: 'sum_over_batch_size', ...config }),
  };
}
