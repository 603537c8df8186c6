// The numbers of a regression's report: errors of each output, and the samples with the largest.
import { ShapeError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape } from '../base/shape.js';

/** The errors of one output. */
export interface OutputErrors {
  readonly name: string;
  /** The mean of the squares. */
  readonly meanSquaredError: number;
  readonly rootMeanSquaredError: number;
  readonly meanAbsoluteError: number;
  readonly medianAbsoluteError: number;
  readonly largestError: number;
  /** 1 - (sum of squared errors) / (sum of squared distances from the mean); NaN where all true values are equal. */
  readonly r2Score: number;
}

/** A prediction that is far off. */
export interface LargeError {
  /** The sample's position in x. */
  readonly index: number;
  /** The position of the output. */
  readonly output: number;
  readonly truth: number;
  readonly predicted: number;
}

/** The true and the predicted values of one output. */
export interface OutputValues {
  readonly name: string;
  readonly truth: Float64Array;
  readonly predicted: Float64Array;
}

export interface RegressionResults {
  readonly kind: 'regression';
  readonly outputs: readonly OutputErrors[];
  /** The largest first. */
  readonly largestErrors: readonly LargeError[];
}

/** The columns of labels and predictions [N] or [N, outputs]. @throws ShapeError if they differ in size */
export function outputValues(
  labels: NDArray,
  predictions: NDArray,
  names: readonly string[] | undefined,
): OutputValues[] {
  const count = predictions.shape[0]!;
  if (labels.data.length !== predictions.data.length)
    throw new ShapeError(
      `report: expected labels of the predictions' shape, ${formatShape(predictions.shape)}, received ${formatShape(labels.shape)}.`,
    );
  // What has more axes than samples and outputs is judged as one long list.
  const outputs = predictions.shape.length === 2 ? predictions.shape[1]! : 1;
  const perOutput = (count * (predictions.data.length / count)) / outputs;
  const column = (data: ArrayLike<number>, output: number): Float64Array =>
    Float64Array.from({ length: perOutput }, (_, row) => data[row * outputs + output]!);
  return Array.from({ length: outputs }, (_, output) => ({
    name: names?.[output] ?? (outputs === 1 ? '' : `output ${output}`),
    truth: column(labels.data, output),
    predicted: column(predictions.data, output),
  }));
}

/** Everything that is told of a regression. */
export function judgeNumbers(outputs: readonly OutputValues[], mostErrors: number): RegressionResults {
  const largest = outputs.flatMap(({ truth, predicted }, output) =>
    Array.from(truth, (value, index): LargeError => ({ index, output, truth: value, predicted: predicted[index]! })),
  );
  const size = ({ truth, predicted }: LargeError): number => Math.abs(truth - predicted);
  largest.sort((a, b) => size(b) - size(a));
  return { kind: 'regression', outputs: outputs.map(errorsOf), largestErrors: largest.slice(0, mostErrors) };
}

function errorsOf({ name, truth, predicted }: OutputValues): OutputErrors {
  const count = truth.length;
  const errors = truth.map((value, i) => Math.abs(value - predicted[i]!)).sort();
  const mean = truth.reduce((sum, value) => sum + value, 0) / count;
  const squares = errors.reduce((sum, error) => sum + error * error, 0);
  const spread = truth.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    name,
    meanSquaredError: squares / count,
    rootMeanSquaredError: Math.sqrt(squares / count),
    meanAbsoluteError: errors.reduce((sum, error) => sum + error, 0) / count,
    medianAbsoluteError: (errors[(count - 1) >> 1]! + errors[count >> 1]!) / 2,
    largestError: errors[count - 1]!,
    r2Score: spread === 0 ? Number.NaN : 1 - squares / spread,
  };
}
