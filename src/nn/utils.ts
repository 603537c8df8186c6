// The namespace `utils`: helpers around data and names.
export { nearest as nearestName } from '../base/suggest.js';
export { toCategorical } from './to-categorical.js';
