// The namespace `utils`: helpers around data and names.
export { nearest as nearestName } from '../base/suggest.js';
export { toCategorical } from './to-categorical.js';
export { padSequences, type PadSequencesOptions, type Sequence, type SequenceEnd } from './pad-sequences.js';
