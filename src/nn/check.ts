// Checks of single options, with errors that name the option, what it takes and what came.
import { ValueError } from '../base/errors.js';

/** A value as an error shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return JSON.stringify(value);
  if (typeof value === 'object' && value !== null)
    return `an object with ${Object.keys(value).join(', ') || 'no keys'}`;
  return typeof value === 'function' ? 'a function' : String(value);
}

/** Whether `value` is an object with a method of that name: callers in JavaScript may pass anything. */
export function hasMethod(value: unknown, method: string): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function'
  );
}

/** `value` if it is a whole number of at least `least`. @throws ValueError otherwise */
export function checkWhole(value: unknown, what: string, least = 1): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least)
    throw new ValueError(`${what}: expected a whole number of at least ${least}, received ${show(value)}.`);
  return value;
}

/** `value` if it is a finite number from `low` to `high`. @throws ValueError otherwise */
export function checkNumber(value: unknown, what: string, low = -Infinity, high = Infinity): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < low || value > high) {
    const range =
      high === Infinity
        ? low === -Infinity
          ? 'a finite number'
          : `a finite number of at least ${low}`
        : `a number from ${low} to ${high}`;
    throw new ValueError(`${what}: expected ${range}, received ${show(value)}.`);
  }
  return value;
}

/** `value` if it is true or false. @throws ValueError otherwise */
export function checkBoolean(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw new ValueError(`${what}: expected true or false, received ${show(value)}.`);
  return value;
}
