// Names and numbers of layers: Keras's automatic names (`dense`, `dense_1`), and the seed everything random starts from.

let counts = new Map<string, number>();
let streams = 0;
let seed: number | undefined;
let isSeedChosen = false;

/** `MaxPooling2D` to `max_pooling2d`, as Keras names layers. */
export function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** `dense`, then `dense_1`, `dense_2`, ... */
export function uniqueName(className: string): string {
  const base = snakeCase(className);
  const count = counts.get(base) ?? 0;
  counts.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

/** A number that no other layer has, counted from 1. */
export function nextLayerStream(): number {
  return ++streams;
}

/** The seed for initial weights, dropout and shuffling; drawn once when none was set. */
export function globalSeed(): number {
  seed ??= Math.floor(Math.random() * 2 ** 31);
  return seed;
}

/**
 * Makes everything random that follows repeatable: initial weights, dropout, shuffling. Automatic names start anew too,
 * so that the same script makes the same model.
 */
export function setRandomSeed(value: number): void {
  seed = value | 0;
  isSeedChosen = true;
  clearNames();
}

/** Goes on with the random numbers of a run before this one. */
export function resumeSeed(value: number): void {
  seed = value | 0;
}

/** Goes on with the random numbers of a model that was loaded, unless the user has chosen a seed. */
export function adoptSeed(value: number): void {
  if (!isSeedChosen) resumeSeed(value);
}

/** Starts automatic layer names and numbers anew. */
export function clearNames(): void {
  counts = new Map();
  streams = 0;
}
