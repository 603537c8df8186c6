// What is being traced: while a function becomes a program, variables stand for parameters and assignments for updates.
import { StateError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import type { Soon } from '../base/soon.js';
import type { GraphNode } from '../ir/graph.js';
import { makeNode } from '../ir/graph.js';
import type { DeviceValue } from '../engine/device-value.js';
import type { LoadedProgram } from '../engine/loaded-program.js';

/** What a trace and a compiled function need of a variable. */
export interface State {
  readonly shape: GraphNode['shape'];
  readonly dtype: GraphNode['dtype'];
  /** A copy of the value as it is now. */
  read(): Promise<NDArray>;
  /** The value where `program` can use it, copied there if need be. */
  placeFor(program: LoadedProgram): Soon<DeviceValue>;
  /** Told when the value in the backend's memory has changed. */
  changedInPlace(): void;
}

/** A variable within a trace: the parameter that holds its value, and its value at this point of the function. */
interface TracedVariable {
  readonly parameter: GraphNode;
  current: GraphNode;
}

export class Trace {
  readonly variables = new Map<State, TracedVariable>();

  read(variable: State): GraphNode {
    return this.#traced(variable).current;
  }

  assign(variable: State, value: GraphNode): void {
    this.#traced(variable).current = value;
  }

  #traced(variable: State): TracedVariable {
    let traced = this.variables.get(variable);
    if (!traced) {
      const parameter = placeholder(variable.shape, variable.dtype);
      traced = { parameter, current: parameter };
      this.variables.set(variable, traced);
    }
    return traced;
  }
}

/** A parameter that gets its number when the trace becomes a program. */
export function placeholder(shape: GraphNode['shape'], dtype: GraphNode['dtype']): GraphNode {
  return makeNode('parameter', [], { index: -1 }, shape, dtype);
}

let active: Trace | undefined;

export function activeTrace(): Trace | undefined {
  return active;
}

/** Runs `body` with `trace` active. @throws StateError if a trace is active already */
export function withTrace<Result>(trace: Trace, body: () => Result): Result {
  if (active)
    throw new StateError('compile: a compiled function cannot be called inside another one; call the plain function.');
  active = trace;
  try {
    return body();
  } finally {
    active = undefined;
  }
}
