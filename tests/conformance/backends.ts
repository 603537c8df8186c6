// The backends whose results must be those of the reference, and the comparison itself: the interpreter of kernels;
// WebAssembly with one, two and three threads, whose bits are those of the interpreter; and native code with one, two and
// three threads, which gives bits of its own, since products and sums may be one instruction there.
import { afterAll, beforeAll, expect } from 'vitest';
import { targetOf } from '../../src/backends/native/target.js';
import { referenceBackend } from '../../src/backends/reference/backend.js';
import { wasmBackend } from '../../src/backends/wasm/backend.js';
import { nodePlatform } from '../../src/platform/node.js';
import type { Target } from '../../src/ir/kernel.js';
import type { Backend, KernelBackend } from '../../src/runtime/backend.js';
import { CompiledFiles } from '../support/compiled-files.js';
import { interpreterBackend, lanes8, meeting4 } from '../support/interpreter-backend.js';
import { instructionSet, onlyNative, testNative } from '../support/native.js';
import type { PreparedProgram } from '../support/program-builder.js';
import { kernelsOf, runProgram, type ProgramResults } from '../support/run-program.js';
import { differenceOf, type Tolerance } from '../support/tolerance.js';

interface Checked {
  readonly label: string;
  readonly backend: Backend;
  /** What is compiled for, where it is not the backend's own target. */
  readonly target?: Target | undefined;
  /** Gives the same bits as the one before it in the list. */
  readonly sameBits: boolean;
}

export interface CheckOptions {
  /** None: the bits of the reference. */
  readonly tolerance?: Tolerance | undefined;
  readonly steps?: number;
  /** Native code too; what was not compiled before, by `compileNative`, gets a file of its own. */
  readonly native?: boolean;
}

const noTolerance: Tolerance = {};

export class Conformance {
  #reference: Backend | undefined;
  #checked: Checked[] = [];
  #native: KernelBackend[] = [];
  readonly #files = new CompiledFiles();
  /** Which native code is compiled for; the others for the backend's own. */
  readonly #meeting = new WeakSet<PreparedProgram>();
  #prepared = 0;

  async open(): Promise<void> {
    this.#reference = await referenceBackend.create({ threads: 1 });
    if (!onlyNative) await this.#openOthers();
    for (const threads of [1, 2, 3]) {
      const compiled = this.#files.find.bind(this.#files);
      const backend = await testNative({ compiled, everyThread: threads > 1 }).create({ threads });
      expect([backend.name, backend.kind, backend.threads]).toEqual(['native', 'kernel', threads]);
      if (backend.kind !== 'kernel') continue;
      if (instructionSet !== undefined) expect(backend.target).toMatchObject(targetOf(instructionSet));
      this.#native.push(backend);
    }
  }

  async #openOthers(): Promise<void> {
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
    const checked = this.#checked.map(({ backend }) => backend);
    await Promise.all([this.#reference!, ...checked, ...this.#native].map((backend) => backend.close()));
    await this.#files.remove();
  }

  /** Compiles many programs at once; in every second one threads meet between all phases. */
  async compileNative(programs: readonly PreparedProgram[]): Promise<void> {
    for (const prepared of programs) if (this.#prepared++ % 2 === 1) this.#meeting.add(prepared);
    const kernels = programs.map((prepared) => kernelsOf(prepared.program, this.#nativeTarget(prepared)));
    await this.#files.compile(kernels, this.#native[0]!.target.lanes);
  }

  /** Runs the program everywhere and expects the results of the reference; gives them back. */
  async check(
    prepared: PreparedProgram,
    what: string,
    { tolerance = noTolerance, steps = 1, native = false }: CheckOptions = {},
  ): Promise<ProgramResults> {
    const { program, parameters } = prepared;
    const expected = await runProgram(this.#reference!, program, parameters, steps);
    let before: ProgramResults | undefined;
    for (const { label, backend, target, sameBits } of [...this.#checked, ...(native ? this.#natives(prepared) : [])]) {
      const received = await runProgram(backend, program, parameters, steps, target);
      expectSame(received, expected, tolerance, `${what}, ${label}`);
      if (sameBits && before) expectSame(received, before, noTolerance, `${what}, ${label}, bits`);
      before = received;
    }
    return expected;
  }

  #natives(prepared: PreparedProgram): Checked[] {
    const target = this.#nativeTarget(prepared);
    return this.#native.map((backend) => {
      const label = `native for ${target.lanes} lanes with ${backend.threads} threads`;
      return { label, backend, target, sameBits: backend.threads > 1 };
    });
  }

  #nativeTarget(prepared: PreparedProgram): Target {
    const { target } = this.#native[0]!;
    return this.#meeting.has(prepared) ? { ...target, meetingFlops: 0 } : target;
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
