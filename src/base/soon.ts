// Values that are here already or will be: what is done with them is done at once where it can be. Each promise that is
// waited for takes about as long as the launch of a short program. (A module that exported `then` would itself be waited
// for by whoever imports it.)

export type Soon<Value> = Value | Promise<Value>;

/** `next` of the value: at once where it is here. */
export function andThen<Value, Result>(value: Soon<Value>, next: (value: Value) => Soon<Result>): Soon<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** What `task` comes to; what it throws is a rejection. */
export function attempt<Value>(task: () => Soon<Value>): Soon<Value> {
  try {
    return task();
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    return Promise.reject(reason);
  }
}

/** All of them, in their order. */
export function allOf<Value>(values: readonly Soon<Value>[]): Soon<readonly Value[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly Value[]);
}
