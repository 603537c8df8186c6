// What models take from files into weights that are there, loaded together when the first of it is used.
export { restoreOwnOrForeign } from './foreign/restore-foreign.js';
export { restoreOptimizer } from './restore-optimizer.js';
