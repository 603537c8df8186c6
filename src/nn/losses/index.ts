// The namespace `losses`: what makes losses, and the options that each takes.
export {
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  type CrossentropyOptions,
  type SparseCrossentropyOptions,
} from './crossentropy.js';
export type { Loss, LossFunction } from './loss.js';
export { meanAbsoluteError, meanSquaredError, type LossOptions } from './regression.js';
