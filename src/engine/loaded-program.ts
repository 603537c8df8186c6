// A program ready to run on a backend, with memory for its outputs.
import { bytesPerElement } from '../base/dtype.js';
import type { NDArray } from '../base/ndarray.js';
import { sizeOf } from '../base/shape.js';
import { allOf, andThen, type Soon } from '../base/soon.js';
import type { DataSource, GraphNode } from '../ir/graph.js';
import type { Backend, DeviceBuffer, Executable } from '../runtime/backend.js';
import { DeviceValue } from './device-value.js';
import type { ResultKeeper } from './results.js';

export class LoadedProgram {
  readonly backend: Backend;
  readonly #executable: Executable;
  readonly #outputNodes: readonly GraphNode[];
  /** Undefined where a result has taken it over. */
  readonly #outputs: (DeviceBuffer | undefined)[];
  readonly #release: () => void;
  readonly #keeper: ResultKeeper;

  constructor(
    backend: Backend,
    executable: Executable,
    outputs: readonly GraphNode[],
    keeper: ResultKeeper,
    release: () => void,
  ) {
    this.backend = backend;
    this.#executable = executable;
    this.#outputNodes = outputs;
    this.#keeper = keeper;
    this.#release = release;
    this.#outputs = outputs.map((node) => this.#allocate(node));
  }

  #allocate({ shape, dtype }: GraphNode): DeviceBuffer {
    return this.backend.allocate(sizeOf(shape) * bytesPerElement(dtype));
  }

  /** Threads that share a run. */
  get threads(): number {
    return this.#executable.threads ?? 1;
  }

  /** Copies a value to where this program can use it. */
  place(array: NDArray): DeviceValue {
    return DeviceValue.of(this.backend, array);
  }

  /** Whether a value lies where this program can use it. */
  canUse(value: DeviceValue): boolean {
    return value.backend === this.backend;
  }

  /** Runs `steps` steps; updated parameters change in place. The outputs of the last step. */
  run(parameters: readonly DeviceValue[], steps: number): Soon<readonly DataSource[]> {
    const done = this.runSteps(parameters, steps);
    // Taken or asked for at once, so that a run asked for later does not overwrite it.
    const results = allOf(this.#outputNodes.map((node, position) => this.#result(node, position)));
    const relief = this.#keeper.relieve();
    return done instanceof Promise || relief
      ? Promise.all([results, done, relief]).then(([sources]) => sources)
      : results;
  }

  #result({ dtype, shape }: GraphNode, position: number): Soon<DataSource> {
    const value = new DeviceValue(this.backend, this.#outputs[position]!);
    if (!this.#keeper.keeps(value.byteLength)) return andThen(value.read(dtype, shape), (array) => ({ array }));
    this.#outputs[position] = undefined;
    return this.#keeper.keep(value, dtype, shape);
  }

  /** The same with the outputs as arrays. */
  async runAndRead(parameters: readonly DeviceValue[]): Promise<NDArray[]> {
    const done = this.runSteps(parameters, 1);
    const arrays = this.#outputNodes.map(async ({ dtype, shape }, position) =>
      new DeviceValue(this.backend, this.#outputs[position]!).read(dtype, shape),
    );
    const [read] = await Promise.all([Promise.all(arrays), done]);
    return read;
  }

  /** The same without the outputs; as many workers take part as `threads` says, or as the program is worth. */
  runSteps(parameters: readonly DeviceValue[], steps: number, threads?: number): Soon<void> {
    const outputs = this.#outputNodes.map((node, position) => (this.#outputs[position] ??= this.#allocate(node)));
    return this.#executable.run({ parameters: parameters.map(({ buffer }) => buffer), outputs }, steps, threads);
  }

  /** Gives back the memory of the outputs and the hold on the program. */
  release(): void {
    for (const buffer of this.#outputs) if (buffer) this.backend.free(buffer);
    this.#release();
  }
}
