// JSON from a file is data from a stranger: how deep it goes is checked before it is parsed, and keys that reach an
// object's prototype are refused.
import { DataError, messageOf } from '../base/errors.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Deeper than any model's configuration goes, and far from the end of the stack. */
const deepest = 100;

const refusedKeys: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/**
 * The value that `text` describes. `place` says in errors where the text stands: `'model.safetensors', its header`.
 * @throws DataError if it is no JSON, goes deeper than 100 levels, or has a key such as `__proto__`
 */
export function parseJson(text: string, place: string): Json {
  const depth = depthOf(text);
  if (depth > deepest)
    throw new DataError(
      `${place}: expected JSON of at most ${deepest} levels, received ${depth}. No model goes so deep.`,
    );
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (refusedKeys.includes(key)) throw new DataError(`the key '${key}' is not allowed`);
      return value;
    }) as Json;
  } catch (error) {
    throw new DataError(`${place}: expected JSON, and could not read it: ${messageOf(error)}.`, { cause: error });
  }
}

/** Whether a value is an object with keys. */
export function isRecord(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The most brackets that are open at once, outside of strings. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (isInString) {
      if (character === '\\') i++;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') most = Math.max(most, ++depth);
    else if (character === '}' || character === ']') depth--;
  }
  return most;
}
