// Everything that users import: the same from Node and from browsers. The entry points beside it add the backends.

// Tensors and functions of them.
export type { DType, TypedArray } from './base/dtype.js';
export type { NDArray, NestedArray } from './base/ndarray.js';
export type { Profile } from './base/profile.js';
export type { Floors, KernelProfile, ProfileFigures, StepProfile } from './base/profile-figures.js';
export type { Shape } from './base/shape.js';
export { compile, type CompiledFunction } from './tensor/compile.js';
export { averagePool2d, conv2d, maxPool2d } from './tensor/convolution.js';
export {
  arange,
  concat,
  eye,
  fromNDArray,
  full,
  linspace,
  ones,
  onesLike,
  scalar,
  stack,
  tensor,
  where,
  zeros,
  zerosLike,
  type TensorLike,
} from './tensor/creation.js';
export { grad, valueAndGrad, variableGradients } from './tensor/grad.js';
export type { Conv2dOptions, Pool2dOptions } from './tensor/ops/convolution.js';
export type { SliceRange } from './tensor/ops/movement.js';
export type { ReduceOptions } from './tensor/ops/reduction.js';
/** Seeded random tensors. */
export * as random from './tensor/random.js';
export { Tensor, type Operand } from './tensor/tensor.js';
export type { TensorTree } from './tensor/tree.js';
export { Variable, variable, type VariableOptions } from './tensor/variable.js';

// Models and what they are made of.
/** Functions that layers apply to their outputs. */
export * as activations from './nn/activations.js';
/** What hears of the moments of a training. */
export * as callbacks from './nn/callbacks/index.js';
export type { Logs, RunParams } from './nn/callbacks/callback.js';
export { History } from './nn/callbacks/history.js';
export type { HintName, HintsOption } from './nn/hints/hint.js';
/** How weights are drawn. */
export * as initializers from './nn/initializers.js';
/** What models are made of. */
export * as layers from './nn/layers/index.js';
/** What training makes small. */
export * as losses from './nn/losses/index.js';
export { evaluateMetric, type EvaluateMetricOptions } from './nn/metrics/evaluate-metric.js';
/** What is measured beside the loss. */
export * as metrics from './nn/metrics/index.js';
export type { CompileOptions } from './nn/model/compiled.js';
export type { ModelData } from './nn/model/data.js';
export { Model, type NamedResults, type Results } from './nn/model/model.js';
export type {
  EvaluateOptions,
  FitOptions,
  TestOnBatchOptions,
  TrainOnBatchOptions,
  ValidationData,
} from './nn/model/options.js';
export type { PredictOptions, RunOptions, VerboseOption } from './nn/model/run-options.js';
export type { ClassWeight } from './nn/model/sample-weights.js';
export type { ProfileOptions } from './nn/model/profile.js';
export type { TrainingRecord } from './nn/model/training-record.js';
export { sequential, type SequentialOptions } from './nn/model/sequential.js';
export { Sequential } from './nn/model/sequential-to-train.js';
export type { CustomObjects, DescribedLayer, MapLayer } from './nn/saving/config/from-config.js';
export { loadModel, type LoadModelOptions } from './nn/saving/load-model.js';
export { modelFromJSON, type ModelFromJSONOptions } from './nn/saving/config/model-from-json.js';
export type { ModelSource } from './nn/saving/places/place.js';
export { registerLayer, type LayerMaker, type RegisterLayerOptions } from './nn/saving/config/registry.js';
export type { LoadWeightsOptions } from './nn/saving/foreign/restore-foreign.js';
export type { WeightLayout } from './nn/saving/foreign/weight-layouts.js';
export type { SaveProgramsOptions } from './nn/saving/programs/write-programs.js';
export { setRandomSeed } from './nn/naming.js';
export type {
  ReportableModel,
  ReportedClassification,
  ReportedError,
  ReportedErrors,
  ReportedHistory,
  ReportedMistake,
  ReportedRegression,
  ReportOptions,
  ReportResult,
} from './nn/reporting.js';
/** How weights move against their gradients. */
export * as optimizers from './nn/optimizers/index.js';
/** Learning rates that change from step to step. */
export * as schedules from './nn/optimizers/schedules/index.js';
/** Penalties for large weights. */
export * as regularizers from './nn/regularizers.js';
export type { SummaryOptions } from './nn/summary/summary.js';
export { toCategorical } from './nn/to-categorical.js';
/** Helpers around data. */
export * as utils from './nn/utils.js';

// Judging predictions.
export {
  auc,
  averagePrecision,
  calibrationCurve,
  ClassificationReport,
  classificationReport,
  confusionMatrix,
  precisionRecallCurve,
  precisionRecallCurves,
  rocAuc,
  rocCurve,
  rocCurves,
  type Average,
  type AveragePrecisionOptions,
  type CalibrationCurve,
  type CalibrationCurveOptions,
  type ClassificationReportOptions,
  type ClassPrecisionRecallCurve,
  type ClassReport,
  type ClassRocCurve,
  type ClassScores,
  type ConfusionMatrix,
  type ConfusionMatrixOptions,
  type CurvesOptions,
  type PrecisionRecallCurve,
  type PrecisionRecallCurveOptions,
  type RocAucOptions,
  type RocCurve,
  type RocCurveOptions,
  type Values,
} from './evaluation.js';

// Reports.
export { writeReport } from './report.js';

// Pictures.
export * from './pictures.js';

// Data, and the machine underneath.
export { getBackend, setBackend, type BackendInfo, type BackendName, type BackendSettings } from './backend-choice.js';
export {
  DataError,
  DTypeError,
  InternalError,
  NacreError,
  ShapeError,
  StateError,
  StoppedError,
  ValueError,
} from './base/errors.js';
/** What goes wrong, each with its class. */
export * as errors from './base/errors.js';
/** Data sets that are found, downloaded and checked. */
export * as datasets from './datasets.js';
/** Image files, and what brings them into the form that a network takes. */
export * as images from './images.js';
/** The tutorials' networks, each with how it is trained: `networks.first.create()`. */
export {
  mnistClasses,
  networkNames,
  networks,
  type ImageClasses,
  type Network,
  type NetworkName,
  type Validation,
} from './networks.js';
/** Pictures in text. */
export * as plot from './plot.js';
