// Native code neither reads nor writes beyond its buffers, and does nothing that C leaves undefined: the kernels of whole
// training steps and of a part of the conformance samples run under AddressSanitizer and UndefinedBehaviorSanitizer. What
// is tried is the plain C of the kernels, for the lanes of each instruction set, so that any processor can run it. These
// tests need a C compiler with the sanitizers' libraries.
import { describe, expect, test } from 'vitest';
import { targetOf } from '../src/backends/native/target.js';
import { referenceBackend } from '../src/backends/reference/backend.js';
import { compileProgram } from '../src/compiler/compile.js';
import { memoryPasses } from '../src/compiler/memory-passes.js';
import { Engine, setEngine } from '../src/engine/engine.js';
import type { KernelExpr, KernelProgram } from '../src/ir/kernel.js';
import type { Program } from '../src/ir/program.js';
import { networks } from '../src/networks.js';
import { uniform } from '../src/tensor/random.js';
import { prepare, variants } from './conformance/sample.js';
import { opSamples } from './conformance/samples/index.js';
import {
  asParameter,
  asTemporary,
  at,
  buffer,
  kernel,
  kernelProgram,
  load,
  scalarI32,
  scalarLoad,
  store,
} from './support/kernels.js';
import { printStandalone, runSanitized } from './support/sanitized-programs.js';

const minutes = 60_000;

/** The programs that one epoch asks for, of which none is run. */
async function trainingPrograms(name: 'first' | 'cnn'): Promise<Program[]> {
  const programs: Program[] = [];
  const engine = new Engine({
    backends: [
      {
        name: 'recorder',
        create: async (options) => {
          const backend = await referenceBackend.create(options);
          if (backend.kind !== 'graph') throw new Error('expected a backend that evaluates graphs');
          backend.load = async (program) => {
            programs.push(program);
            return { run: async () => undefined, dispose: () => undefined };
          };
          return backend;
        },
      },
    ],
    threads: 1,
  });
  setEngine(engine);
  const network = networks[name];
  // 70 samples: the last batch is smaller than the others.
  const images = uniform([70, 28, 28], 0, 255, { seed: 1 }).floor().cast('uint8');
  const labels = uniform([70], 0, 10, { seed: 2 }).floor().cast('uint8');
  await network
    .create()
    .fit(network.prepareImages(images), network.prepareLabels(labels), { epochs: 1, batchSize: 32, verbose: 0 });
  await engine.close();
  return programs;
}

/** One in so many of the samples, in another way each, and at least one of every op. */
const sampleShare = 12;

function sampledPrograms(): Program[] {
  return Object.values(opSamples).flatMap((samples) =>
    samples
      .filter((_, i) => i % sampleShare === 0)
      .map((sample, i) => prepare(sample, variants[i % variants.length]!, 20240 + i).program),
  );
}

/** Expects that all kernels run and nothing is found. */
async function expectSound(programs: readonly KernelProgram[], lanes: number): Promise<void> {
  const { code, output, complaints } = await runSanitized(printStandalone(programs, lanes));
  expect(complaints).toBe('');
  expect(code).toBe(0);
  const kernels = programs.flatMap(({ phases }) => phases.flat()).length;
  expect(output).toBe(`ran ${2 * kernels}\n`);
  expect(kernels).toBeGreaterThan(0);
}

describe.each(['sse2', 'avx2', 'avx512'] as const)('kernels for %s are sound', (instructionSet) => {
  const target = targetOf(instructionSet, memoryPasses());

  test.each(['first', 'cnn'] as const)(
    'those that train the network %s',
    async (name) => {
      const programs = await trainingPrograms(name);
      expect(programs.some(({ updates }) => updates.length > 8)).toBe(true);
      await expectSound(
        programs.map((program) => compileProgram(program, target)),
        target.lanes,
      );
    },
    10 * minutes,
  );

  test(
    'a sample of every op',
    () =>
      expectSound(
        sampledPrograms().map((program) => compileProgram(program, target)),
        target.lanes,
      ),
    10 * minutes,
  );
});

describe('what is wrong is found', () => {
  const lanes = 8;
  const elements = 40;
  /** Copies a parameter to a temporary, behind which another one lies, and back. */
  const copying = (options: { readFrom?: number; writeTo?: number; count?: number }): KernelProgram => {
    const { readFrom = 0, writeTo = 0, count = lanes } = options;
    const chunks = { chunks: elements / lanes, chunkVariable: 'row' };
    return kernelProgram(
      [
        buffer('x', 'float32', elements, asParameter(0)),
        buffer('copy', 'float32', elements, asTemporary(0)),
        buffer('other', 'float32', elements, asTemporary(4 * elements)),
      ],
      [
        [kernel([store(1, at(writeTo, ['row', lanes]), count, load(0, at(readFrom, ['row', lanes]), count))], chunks)],
        [kernel([store(2, at(0, ['row', lanes]), lanes, load(1, at(0, ['row', lanes]), lanes))], chunks)],
      ],
      8 * elements,
    );
  };

  test('a kernel that keeps to its buffers passes', () => expectSound([copying({})], lanes), minutes);

  test.each([
    { name: 'whole vectors that read one element too far', options: { readFrom: 1 }, found: /READ of size/ },
    { name: 'whole vectors that write one element too far', options: { writeTo: 1 }, found: /WRITE of size/ },
    { name: 'parts of vectors that read too far', options: { readFrom: 6, count: 3 }, found: /READ of size/ },
    { name: 'parts of vectors that write too far', options: { writeTo: 6, count: 3 }, found: /WRITE of size/ },
    { name: 'a write before the first element', options: { writeTo: -1 }, found: /WRITE of size/ },
  ])('$name', async ({ options, found }) => {
    const { code, output, complaints } = await runSanitized(printStandalone([copying(options)], lanes));
    expect(code).not.toBe(0);
    expect(output).toBe('');
    // What begins inside and ends outside has no name of its own there.
    expect(complaints).toMatch(/AddressSanitizer: (heap-buffer-overflow|unknown-crash)/);
    expect(complaints).toMatch(found);
    expect(complaints).toMatch(/kernel_0_sample/);
  });

  test('what C leaves undefined', async () => {
    const x = scalarLoad(0, at(0), scalarI32);
    const shifted: KernelExpr = { kind: 'shift', op: 'shiftLeft', value: x, bits: 33, type: scalarI32 };
    const program = kernelProgram([buffer('x', 'int32', 1, asParameter(0))], [[kernel([store(0, at(0), 1, shifted)])]]);
    const { code, complaints } = await runSanitized(printStandalone([program], lanes));
    expect(code).not.toBe(0);
    expect(complaints).toMatch(/runtime error: shift exponent 33 is too large/);
  });
});
