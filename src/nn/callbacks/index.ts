// The namespace `callbacks`: what callbacks are, and the ways to make them.
export { backupAndRestore, type BackupAndRestoreOptions } from './backup-and-restore.js';
export {
  Callback,
  type CallbackHooks,
  type CallbackState,
  type Logs,
  type ObservedModel,
  type RunParams,
} from './callback.js';
export type { CallbacksOption } from './callback-list.js';
export { csvLogger, type CsvLoggerOptions } from './csv-logger.js';
export { earlyStopping, type EarlyStoppingOptions } from './early-stopping.js';
export { History } from './history.js';
export { lambdaCallback } from './lambda-callback.js';
export {
  learningRateScheduler,
  type LearningRateSchedulerOptions,
  type RateOfEpoch,
} from './learning-rate-scheduler.js';
export { modelCheckpoint, type ModelCheckpointOptions } from './model-checkpoint.js';
export type { MonitorMode, MonitorOptions } from './monitor.js';
export { progressBar, type ProgressBarOptions } from './progress-bar.js';
export { reduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce-lr-on-plateau.js';
export { tensorBoard, type TensorBoardOptions } from './tensor-board.js';
export { terminateOnNaN, type TerminateOnNaNOptions } from './terminate-on-nan.js';
export type { Moment, RunState, TrainingRun } from './training-run.js';
