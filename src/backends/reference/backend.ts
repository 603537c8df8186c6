// The reference backend: programs as they were traced, op by op, in plain TypeScript on the caller's thread. Every other
// backend is judged by it, so it aims at being obviously right first and fast second.
import { bytesPerElement, dtypes, viewOf, type DType, type TypedArray } from '../../base/dtype.js';
import { InternalError, StateError } from '../../base/errors.js';
import { sizeOf } from '../../base/shape.js';
import { describe } from '../../ir/build.js';
import type { GraphNode } from '../../ir/graph.js';
import { rootsOf, verifyProgram, type Program } from '../../ir/program.js';
import type { BackendFactory, DeviceBuffer, Executable, GraphBackend, Operands } from '../../runtime/backend.js';
import { prepare, type PreparedGraph } from './evaluate.js';

/** How long a run may keep other work of its thread (timers, Ctrl-C, drawing) waiting, bar one op that takes longer. */
const sliceMilliseconds = 20;

class ReferenceBuffer implements DeviceBuffer {
  readonly byteLength: number;
  #bytes: ArrayBuffer | undefined;

  constructor(byteLength: number) {
    this.byteLength = byteLength;
    this.#bytes = new ArrayBuffer(byteLength);
  }

  free(): void {
    this.#bytes = undefined;
  }

  /** @throws InternalError if the buffer is freed or too small. */
  view(dtype: DType, length: number): TypedArray {
    if (!this.#bytes) throw new InternalError('reference: a freed buffer was used.');
    const byteLength = length * bytesPerElement(dtype);
    if (byteLength > this.byteLength)
      throw new InternalError(
        `reference: ${length} elements of ${dtype} need ${byteLength} bytes, the buffer has ${this.byteLength}.`,
      );
    return viewOf(dtype, this.#bytes, 0, length);
  }
}

function viewsOf(buffers: readonly DeviceBuffer[], nodes: readonly GraphNode[], what: string): TypedArray[] {
  if (buffers.length !== nodes.length)
    throw new InternalError(`reference: the program has ${nodes.length} ${what}s, received ${buffers.length}.`);
  return nodes.map((node, i) =>
    ownBuffer(buffers[i]!, `${what} ${i} (${describe(node)})`).view(node.dtype, sizeOf(node.shape)),
  );
}

/** @throws InternalError for a buffer of another backend. */
function ownBuffer(buffer: DeviceBuffer, what: string): ReferenceBuffer {
  if (!(buffer instanceof ReferenceBuffer))
    throw new InternalError(`reference: ${what}: expected a buffer that this backend allocated.`);
  return buffer;
}

/** Lets timers and events of this thread have their turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Runs one step, then stores its results: all of them were computed from the state as it was. */
class Steps {
  readonly #program: Program;
  readonly #graph: PreparedGraph;
  #sliceStart = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#graph = prepare(rootsOf(program));
  }

  async run(operands: Operands, steps: number): Promise<void> {
    const { parameters, outputs, updates } = this.#program;
    const state = viewsOf(operands.parameters, parameters, 'parameter');
    const targets = [
      ...viewsOf(operands.outputs, outputs, 'output'),
      ...updates.map(({ parameter }) => state[parameter]!),
    ];
    const operandBytes = new Set(state.map((view) => view.buffer));
    this.#sliceStart = performance.now();
    for (let step = 0; step < steps; step++) {
      const values = await this.#step(state);
      // A root that is itself an operand may be overwritten before its turn to be stored.
      const safe = values.map((value) => (operandBytes.has(value.buffer) ? value.slice() : value));
      safe.forEach((value, root) => targets[root]!.set(value));
    }
  }

  async #step(state: readonly TypedArray[]): Promise<TypedArray[]> {
    const evaluation = this.#graph.evaluate(state);
    for (;;) {
      const progress = evaluation.next();
      if (progress.done) return progress.value;
      if (performance.now() - this.#sliceStart < sliceMilliseconds) continue;
      await breathe();
      this.#sliceStart = performance.now();
    }
  }
}

class ReferenceBackend implements GraphBackend {
  readonly kind = 'graph';
  readonly name = 'reference';
  readonly threads = 1;
  readonly dtypes = dtypes;
  /** Runs pause; what was asked for meanwhile waits here for its turn. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  allocate(byteLength: number): DeviceBuffer {
    this.#checkOpen();
    return new ReferenceBuffer(byteLength);
  }

  free(buffer: DeviceBuffer): void {
    const own = ownBuffer(buffer, 'free');
    if (this.#waiting === 0) own.free();
    else void this.#inTurn(() => own.free());
  }

  write(buffer: DeviceBuffer, data: TypedArray): void {
    this.#checkOpen();
    const target = ownBuffer(buffer, 'write').view('uint8', data.byteLength);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (this.#waiting === 0) {
      target.set(bytes);
      return;
    }
    const copy = bytes.slice();
    void this.#inTurn(() => target.set(copy));
  }

  async read(buffer: DeviceBuffer, dtype: DType, length: number): Promise<TypedArray> {
    this.#checkOpen();
    const view = ownBuffer(buffer, 'read').view(dtype, length);
    return this.#inTurn(() => view.slice());
  }

  async load(program: Program): Promise<Executable> {
    this.#checkOpen();
    verifyProgram(program);
    let loaded: Steps | undefined = new Steps(program);
    return {
      run: async (operands, steps) => {
        this.#checkOpen();
        const ready = loaded;
        if (!ready) throw new StateError('reference: this program was disposed of and cannot run again; load it anew.');
        await this.#inTurn(() => ready.run(operands, steps));
      },
      dispose: () => {
        loaded = undefined;
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  #checkOpen(): void {
    if (this.#closed) throw new StateError('reference: the backend is closed; create a new one.');
  }

  /** Does `work` when all that was asked for before is done, whether it succeeded or not. */
  #inTurn<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    this.#waiting++;
    const result = this.#last.then(work);
    const finish = (): void => {
      this.#waiting--;
    };
    this.#last = result.then(finish, finish);
    return result;
  }
}

export const referenceBackend: BackendFactory = {
  name: 'reference',
  create: async () => new ReferenceBackend(),
};
