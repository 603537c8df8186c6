// Prints programs of kernels as a C program of its own that runs them once on memory where every buffer has an allocation
// to itself, and runs that under AddressSanitizer and UndefinedBehaviorSanitizer: they see what reads or writes beyond.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pointerName } from '../../src/backends/native/printer/expressions.js';
import { functionName, printKernelFunction } from '../../src/backends/native/printer/kernel-function.js';
import { printPrelude } from '../../src/backends/native/printer/prelude.js';
import { bytesPerElement, type DType } from '../../src/base/dtype.js';
import type { KernelBuffer, KernelProgram } from '../../src/ir/kernel.js';

export interface SanitizedRun {
  /** 0 if nothing was found. */
  readonly code: unknown;
  /** What the sanitizers found. */
  readonly complaints: string;
}

/**
 * What the compiler is told of users' programs but for the instruction set, plain C in place of instructions, and that it
 * optimizes nothing: it compiles in a quarter of the time, and what it would have optimized away is watched too.
 */
const options = [
  ...[
    '-O0',
    '-g1',
    '-std=gnu11',
    '-ffp-contract=fast',
    '-fno-math-errno',
    '-fno-trapping-math',
    '-fno-strict-aliasing',
  ],
  ...['-fwrapv', '-w', '-DNACRE_PORTABLE', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
];

/** The steps that each program runs, so that what one leaves behind is what the next begins with. */
const steps = 2;

/** The C program: it prints `ran N` when all N kernels have run, and returns 0. */
export function printStandalone(programs: readonly KernelProgram[], lanes: number): string {
  let count = 0;
  const printed = programs.map((program, number) => {
    const kernels = program.phases.flat().map((kernel) => ({ kernel, number: count++ }));
    const places = placesOf(program.buffers);
    const functions = kernels.map((one) =>
      withOwnPointers(printKernelFunction(one.kernel, one.number, program, lanes), places),
    );
    const allocations = [...new Set(places)].map((place) => {
      const sharing = program.buffers.filter((_, i) => places[i] === place);
      const bytes = Math.max(...sharing.map(({ dtype, length }) => bytesPerElement(dtype) * length));
      const { dtype, place: kind } = sharing[0]!;
      return `  buffers[${place}] = allocate(${bytes}, ${kind.kind === 'parameter' ? `'${letters[dtype]}'` : '0'});`;
    });
    return [
      ...functions,
      `static void program_${number}(void) {`,
      ...allocations,
      `  for (int step = 0; step < ${steps}; step++) {`,
      ...kernels.map((one) => `    ${functionName(one.kernel, one.number)}(0, ${one.kernel.chunks}, 0, 0); ran++;`),
      '  }',
      ...[...new Set(places)].map((place) => `  free(buffers[${place}]);`),
      '}',
    ].join('\n');
  });
  const most = Math.max(1, ...programs.map(({ buffers }) => buffers.length));
  return [
    printPrelude(lanes),
    printAllocation(most),
    ...printed,
    'int main(void) {',
    ...programs.map((_, number) => `  program_${number}();`),
    '  printf("ran %d\\n", ran);',
    '  return 0;',
    '}',
    '',
  ].join('\n');
}

/** Compiles the program with the sanitizers, and runs it. @throws Error with what the compiler said */
export async function runSanitized(source: string): Promise<SanitizedRun & { readonly output: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'nacre-sanitized-'));
  try {
    const [file, program] = [join(directory, 'program.c'), join(directory, 'program')];
    await writeFile(file, source);
    const [compiler, ...first] = (process.env.CC?.trim() || 'cc').split(/\s+/);
    const compiled = await run(compiler!, [...first, ...options, '-o', program, file, '-lm']);
    if (compiled.code !== 0) throw new Error(`The program does not compile:\n${compiled.complaints.slice(0, 2000)}`);
    return await run(program, []);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** A number for each buffer: operands that are one memory share it, temporaries that merely follow each other do not. */
function placesOf(buffers: readonly KernelBuffer[]): number[] {
  const numbers = new Map<string, number>();
  return buffers.map(({ place }, i) => {
    const key = 'index' in place ? `${place.kind} ${place.index}` : `temporary ${i}`;
    if (!numbers.has(key)) numbers.set(key, i);
    return numbers.get(key)!;
  });
}

/** The kernel's function, with buffers where they were allocated in place of offsets from one base. */
function withOwnPointers(text: string, places: readonly number[]): string {
  const changed = places.reduce((before, place, buffer) => {
    const declared = new RegExp(
      `( \\*${pointerName(buffer)} = \\(\\w+ \\*\\))\\(base \\+ table\\[\\d+\\][^)]*\\)`,
      'g',
    );
    return before.replace(declared, `$1buffers[${place}]`);
  }, text);
  if (/\btable\[/.test(changed))
    throw new Error(`Expected to see where the kernel finds its buffers:\n${text.slice(0, 1000)}`);
  return changed;
}

const letters: { readonly [D in DType]: string } = { float32: 'f', float64: 'd', int32: 'i', uint8: 'u', bool: 'b' };

/** Parameters hold small numbers that follow from nothing but their order; the rest begins with what is not a number. */
function printAllocation(mostBuffers: number): string {
  return `void *malloc(unsigned long);
void free(void *);
int printf(const char *, ...);
static u8 *buffers[${mostBuffers}];
static int ran;
static u32 drawn = 1;
static u32 draw(void) { return (drawn = drawn * 1664525u + 1013904223u) >> 12; }
static u8 *allocate(long bytes, char type) {
  u8 *memory = malloc(bytes);
  for (long i = 0; i < bytes; i++) memory[i] = type == 'u' ? draw() & 255 : type == 'b' ? draw() & 1 : 255;
  for (long i = 0; i < bytes / 4; i++) {
    if (type == 'f') ((float *)memory)[i] = (draw() % 2001) / 1000.0f - 1.0f;
    if (type == 'i') ((int *)memory)[i] = draw() % 10;
  }
  return memory;
}
`;
}

function run(program: string, args: readonly string[]): Promise<SanitizedRun & { readonly output: string }> {
  // What is allocated when the process ends is no leak: it may have ended in the middle.
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0', UBSAN_OPTIONS: 'print_stacktrace=1' };
  return new Promise((resolve) => {
    execFile(program, args, { env, maxBuffer: 2 ** 26 }, (error, output, complaints) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, output, complaints });
    });
  });
}
