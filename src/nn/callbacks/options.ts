// What the callbacks' factories share: the one argument that may stand before the options, whole numbers, what is said.
import { ValueError } from '../../base/errors.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import type { Json } from '../../formats/json.js';
import { checkWhole, show } from '../check.js';
import { activeConsole } from '../console.js';

/**
 * Options whose first may be given before the others: `csvLogger('log.csv', { append: true })` and
 * `csvLogger({ filename: 'log.csv', append: true })` are the same.
 * @throws ValueError for unknown options
 */
export function withLeading<Options extends object>(
  what: string,
  key: keyof Options & string,
  first: unknown,
  others: object,
  known: readonly string[],
): Options {
  const isOptions = typeof first === 'object' && first !== null;
  const options = isOptions ? first : { ...others, [key]: first };
  rejectUnknownOptions(what, options, known);
  return options as Options;
}

/** `value` if it is a text with something in it. @throws ValueError otherwise */
export function checkText(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ValueError(`${what}: expected a text, received ${show(value)}.`);
}

/** 0 says nothing, 1 what the callback does. */
export type VerboseLevel = 0 | 1;

/** @throws ValueError unless it is 0 or 1 */
export function checkVerbose(value: unknown, what: string): VerboseLevel {
  if (value === undefined || value === 0) return 0;
  if (value === 1) return 1;
  throw new ValueError(`${what}: expected verbose to be 0 or 1, received ${show(value)}.`);
}

/** After each epoch, or after every so many batches. */
export type SaveFrequency = 'epoch' | number;

/** @throws ValueError for what is neither */
export function checkSaveFrequency(value: unknown, what: string): SaveFrequency {
  if (value === undefined || value === 'epoch') return 'epoch';
  if (typeof value !== 'number')
    throw new ValueError(`${what}: expected saveFreq to be 'epoch' or a number of batches, received ${show(value)}.`);
  return checkWhole(value, `${what}: saveFreq`);
}

/** Prints a line. */
export function say(line: string): void {
  activeConsole().write(`${line}\n`);
}

/** The folder of a path; empty where it names none. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A number as JSON holds it: those that it lacks by their names. */
export function toJson(value: number | undefined): Json {
  return value === undefined ? null : Number.isFinite(value) ? value : String(value);
}

/** The number that `toJson` wrote; undefined for none. */
export function fromJson(value: Json | undefined): number | undefined {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : undefined;
}
