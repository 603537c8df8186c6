// Finds the known name nearest to a mistyped one, and rejects options that do not exist.
import { ValueError } from './errors.js';

/** Number of single-character insertions, deletions and substitutions that turn `a` into `b` (Levenshtein, 1966). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** The known name nearest to `name` when it is near enough to be a likely slip, else undefined. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain(name), plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** The error for a name that is not among the known ones: it names the nearest and lists them all. */
export function unknownName(what: string, name: string, known: readonly string[]): ValueError {
  const guess = nearest(name, known);
  const hint = guess === undefined ? '' : ` Did you mean '${guess}'?`;
  return new ValueError(`Unknown ${what} '${name}'.${hint} Known: ${known.join(', ')}.`);
}

/** @throws ValueError if `options` has a key that is not in `known`. */
export function rejectUnknownOptions(what: string, options: object, known: readonly string[]): void {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw unknownName(`option of ${what}`, key, known);
  }
}

/** `sparse_categorical_crossentropy` to `sparseCategoricalCrossentropy`; a camelCase name stays as it is. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
