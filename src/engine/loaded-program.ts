// A program ready to run on a backend, with memory for its outputs.
import { bytesPerElement } from '../base/dtype.js';
import type { NDArray } from '../base/ndarray.js';
import { sizeOf } from '../base/shape.js';
import type { GraphNode } from '../ir/graph.js';
import type { Backend, DeviceBuffer, Executable } from '../runtime/backend.js';
import { DeviceValue } from './device-value.js';

export class LoadedProgram {
  readonly #backend: Backend;
  readonly #executable: Executable;
  readonly #outputNodes: readonly GraphNode[];
  readonly #outputs: readonly DeviceBuffer[];
  readonly #release: () => void;

  constructor(backend: Backend, executable: Executable, outputs: readonly GraphNode[], release: () => void) {
    this.#backend = backend;
    this.#executable = executable;
    this.#outputNodes = outputs;
    this.#release = release;
    this.#outputs = outputs.map((node) => backend.allocate(sizeOf(node.shape) * bytesPerElement(node.dtype)));
  }

  isOn(backend: Backend): boolean {
    return this.#backend === backend;
  }

  /** Threads that share a run. */
  get threads(): number {
    return this.#executable.threads ?? 1;
  }

  /** Copies a value to where this program can use it. */
  place(array: NDArray): DeviceValue {
    return new DeviceValue(this.#backend, array);
  }

  /** Whether a value lies where this program can use it. */
  canUse(value: DeviceValue): boolean {
    return value.backend === this.#backend;
  }

  /** Runs `steps` steps; updated parameters change in place. The outputs of the last step. */
  async run(parameters: readonly DeviceValue[], steps: number): Promise<NDArray[]> {
    const done = this.runSteps(parameters, steps);
    // Asked for at once, so that a run asked for later does not overwrite what is read.
    const results = this.#outputNodes.map(async (node, position): Promise<NDArray> => {
      const data = await this.#backend.read(this.#outputs[position]!, node.dtype, sizeOf(node.shape));
      return { dtype: node.dtype, shape: node.shape, data };
    });
    const [arrays] = await Promise.all([Promise.all(results), done]);
    return arrays;
  }

  /** The same without the outputs; as many workers take part as `threads` says, or as the program is worth. */
  runSteps(parameters: readonly DeviceValue[], steps: number, threads?: number): Promise<void> {
    const operands = { parameters: parameters.map(({ buffer }) => buffer), outputs: this.#outputs };
    return this.#executable.run(operands, steps, threads);
  }

  /** Gives back the memory of the outputs and the hold on the program. */
  release(): void {
    for (const buffer of this.#outputs) this.#backend.free(buffer);
    this.#release();
  }
}
