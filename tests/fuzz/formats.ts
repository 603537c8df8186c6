// What is fuzzed.
import { dataFormats } from './data-formats.js';
import type { FuzzedFormat } from './fuzzed-format.js';
import { modelFormats } from './model-formats.js';

export const fuzzedFormats: readonly FuzzedFormat[] = [...modelFormats, ...dataFormats];
