// The plain objects that Keras writes for what a configuration contains: initializers, regularizers, schedules.

/** An object as Keras describes it: the class it is of, and what makes an equal one again. */
export interface Serialized {
  readonly module: string;
  readonly class_name: string;
  readonly config: unknown;
  readonly registered_name: string | null;
}

/** What can be described so. */
export interface Serializable {
  /** Keras's class name: `GlorotUniform`. */
  readonly className: string;
  /** What makes an equal one again, in Keras's names and spelling. */
  getConfig(): Record<string, unknown>;
}

/** Describes an object of one of Keras's own classes; null for nothing. */
export function serialize(module: string, object: Serializable | undefined): Serialized | null {
  if (!object) return null;
  return { module, class_name: object.className, config: object.getConfig(), registered_name: null };
}

/** Describes a function by its name, as Keras does for those it does not know. */
export function serializeFunction(name: string): Serialized {
  return { module: 'builtins', class_name: 'function', config: name, registered_name: 'function' };
}
