// Errors that teach: each names the object, what was expected, what was received and, when known, the remedy.

/** The root of every error that Nacre throws on purpose. */
export class NacreError extends Error {
  override name = 'NacreError';
}

/** A shape, rank or size that does not fit. */
export class ShapeError extends NacreError {
  override name = 'ShapeError';
}

/** A dtype that an operation does not take. */
export class DTypeError extends NacreError {
  override name = 'DTypeError';
}

/** An argument whose value is outside what is allowed, or an option or name that is not known. */
export class ValueError extends NacreError {
  override name = 'ValueError';
}

/** A call made in the wrong order, such as fit before compile. */
export class StateError extends NacreError {
  override name = 'StateError';
}

/** Data that is damaged, missing or cannot be used: files, downloads, arrays with NaN. */
export class DataError extends NacreError {
  override name = 'DataError';
}

/** More memory than there is. */
export class MemoryError extends NacreError {
  override name = 'MemoryError';
}

/** A run that was stopped on request, for example by Ctrl-C. */
export class StoppedError extends NacreError {
  override name = 'StoppedError';
}

/** Something that cannot happen unless Nacre itself is wrong. */
export class InternalError extends NacreError {
  override name = 'InternalError';
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
