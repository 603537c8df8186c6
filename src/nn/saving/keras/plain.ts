// What Keras's files say in several ways, in one: tuples and shapes as lists, arrays as lists, dtype policies as names.
import { isRecord, type Json } from '../../../formats/json.js';

/** `value` with the tuples, shapes and arrays in it as lists. Keras 2 writes `{ class_name: '__tuple__', items: [3, 3] }`. */
export function plainJson(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(plainJson);
  if (!isRecord(value)) return value;
  const { class_name: className, items, config } = value;
  if ((className === '__tuple__' || className === 'TensorShape') && Array.isArray(items)) return plainJson(items);
  if (className === '__numpy__' && isRecord(config) && config.value !== undefined) return plainJson(config.value);
  if (className === '__ellipsis__') return '...';
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainJson(item)]));
}

/** The name of a dtype that is written as one or as a policy: `float32`, `mixed_float16`. Null for none, undefined for what is no dtype. */
export function dtypeName(value: Json | undefined): string | null | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  const config = isRecord(value) ? value.config : undefined;
  return isRecord(config) && typeof config.name === 'string' ? config.name : undefined;
}

/** A number that may stand in an array. */
export function numberIn(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return Array.isArray(value) && value.length === 1 ? numberIn(value[0] as Json) : undefined;
}

/** `glorot_uniform` to `GlorotUniform`; a class's name stays as it is. */
export function classNameOf(name: string): string {
  if (/^[A-Z]/.test(name)) return name;
  return name.replace(/(^|_)([a-z0-9])/g, (_, _separator, letter: string) => letter.toUpperCase());
}

/** Whether a module is one of Keras's own, under any of the names that it has had. No module counts as Keras's. */
export function isKerasModule(module: Json | undefined): boolean {
  if (module === undefined || module === null || module === '') return true;
  return typeof module === 'string' && /^(tensorflow\.)?(python\.)?(tf_)?keras(\.|$)/.test(module);
}

/** What `table` itself has for a key that a file gives: `toString` is none. */
export function entryOf<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

/** A value as a list of problems shows it. */
export function brief(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
