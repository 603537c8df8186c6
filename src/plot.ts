// The namespace `plot`: pictures in text.
export { imageToBlocks, type BlocksOptions } from './plot/blocks.js';
