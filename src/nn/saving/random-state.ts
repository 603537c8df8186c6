// What random numbers follow from, as files keep it.
import { isRecord, type Json } from '../../formats/json.js';
import type { RandomState } from './format.js';

/** Whether a value from a file is one. */
export function isRandom(value: Json): value is Json & RandomState {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value.seed) &&
    Array.isArray(value.streams) &&
    value.streams.every((stream) => Number.isSafeInteger(stream))
  );
}
