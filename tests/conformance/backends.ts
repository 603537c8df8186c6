// The backends whose results must be those of the reference, and the comparison itself: the interpreter of kernels, and
// WebAssembly with one, two and three threads, whose bits are those of the interpreter.
import { afterAll, beforeAll, expect } from 'vitest';
import { referenceBackend } from '../../src/backends/reference/backend.js';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import { nodePlatform } from '../../src/platform/node.js';
import type { Target } from '../../src/ir/kernel.js';
import type { Backend } from '../../src/runtime/backend.js';
import { interpreterBackend, lanes8, meeting4 } from '../support/interpreter-backend.js';
import type { PreparedProgram } from '../support/program-builder.js';
import { runProgram, type ProgramResults } from '../support/run-program.js';
import { differenceOf, type Tolerance } from '../support/tolerance.js';

interface Checked {
  readonly label: string;
  readonly backend: Backend;
  /** What is compiled for, where it is not the backend's own target. */
  readonly target?: Target;
  /** Gives the same bits as the one before it in the list. */
  readonly sameBits: boolean;
}

const noTolerance: Tolerance = {};

export class Conformance {
  #reference: Backend | undefined;
  #checked: Checked[] = [];

  async open(): Promise<void> {
    this.#reference = await referenceBackend.create({ threads: 1 });
    const interpreted = (target: Target): Promise<Backend> => interpreterBackend(target).create({ threads: 1 });
    this.#checked = [
      { label: 'interpreter with 8 lanes', backend: await interpreted(lanes8), sameBits: false },
      { label: 'interpreter with 4 lanes', backend: await interpreted(meeting4), sameBits: false },
    ];
    for (const threads of [1, 2, 3]) {
      const backend = await wasmBackend(nodePlatform).create({ threads });
      expect([backend.name, backend.kind, backend.threads]).toEqual(['wasm', 'kernel', threads]);
      const label = `wasm with ${threads} threads`;
      // With three threads they meet between all phases, as they do where there is more work.
      this.#checked.push({ label, backend, sameBits: true, ...(threads === 3 ? { target: meeting4 } : {}) });
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#reference!, ...this.#checked.map(({ backend }) => backend)].map((b) => b.close()));
  }

  /** Runs the program everywhere and expects the results of the reference; gives them back. */
  async check(
    { program, parameters }: PreparedProgram,
    what: string,
    tolerance: Tolerance = noTolerance,
    steps = 1,
  ): Promise<ProgramResults> {
    const expected = await runProgram(this.#reference!, program, parameters, steps);
    let before: ProgramResults | undefined;
    for (const { label, backend, target, sameBits } of this.#checked) {
      const received = await runProgram(backend, program, parameters, steps, target);
      expectSame(received, expected, tolerance, `${what}, ${label}`);
      if (sameBits && before) expectSame(received, before, noTolerance, `${what}, ${label}, bits`);
      before = received;
    }
    return expected;
  }
}

function expectSame(received: ProgramResults, expected: ProgramResults, tolerance: Tolerance, what: string): void {
  expected.outputs.forEach((array, i) =>
    expect(differenceOf(received.outputs[i]!, array, tolerance), `${what}: output ${i}`).toBeUndefined(),
  );
  expected.parameters.forEach((array, i) =>
    expect(differenceOf(received.parameters[i]!, array, tolerance), `${what}: parameter ${i}`).toBeUndefined(),
  );
}

/** The backends, open while the tests of this file run. */
export function useConformance(): Conformance {
  const conformance = new Conformance();
  beforeAll(() => conformance.open());
  afterAll(() => conformance.close());
  return conformance;
}
