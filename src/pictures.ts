// Pictures of trainings, predictions, images and networks, drawn with Vega-Lite.
export { Picture, type PngOptions } from './plot/picture.js';
export { setPictureLanguage, type PictureLanguage } from './plot/language.js';
export type { MediaBundle } from './plot/services.js';
export type { PictureOptions, VegaLiteSpec } from './plot/specs/spec.js';
export {
  plotMisclassified,
  showImages,
  type PlotMisclassifiedOptions,
  type ShowImagesOptions,
} from './picture-images.js';
export type { PictureValues } from './picture-inputs.js';
export {
  plotCalibration,
  plotConfusionMatrix,
  plotPrecisionRecall,
  plotRoc,
  type PlotCalibrationOptions,
  type PlotConfusionMatrixOptions,
  type PlotCurvesOptions,
} from './picture-judgement.js';
export {
  plotActivations,
  plotModel,
  plotWeights,
  type PlotActivationsOptions,
  type PlotModelOptions,
  type PlotWeightsOptions,
} from './picture-model.js';
export { plotPredictions, plotResiduals, type PlotRegressionOptions } from './picture-regression.js';
export {
  plotBars,
  plotHistory,
  plotLines,
  type BarGroups,
  type Bars,
  type BarsOptions,
  type HistoryLike,
  type HistoryOptions,
  type Line,
  type Lines,
  type LinesOptions,
} from './picture-series.js';
