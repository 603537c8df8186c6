import { expect, test } from 'vitest';
import { usedBackend, type BackendReport, type DoctorReport } from './doctor.js';
import { printReport } from './print-report.js';

const native: BackendReport = {
  name: 'native',
  works: true,
  threads: 2,
  speeds: { gigaflopsPerSecond: 349.6, gigabytesPerSecond: 55.12 },
};
const wasm: BackendReport = {
  name: 'wasm',
  works: true,
  threads: 2,
  speeds: { gigaflopsPerSecond: 75.24, gigabytesPerSecond: 1234 },
};
const reference: BackendReport = {
  name: 'reference',
  works: true,
  threads: 1,
  speeds: { gigaflopsPerSecond: 1.888, gigabytesPerSecond: 0.1604 },
};
const noCompiler = 'No C compiler works here. Install one.';
const noNative: BackendReport = { name: 'native', works: false, reason: noCompiler };

const report: DoctorReport = {
  versions: { nacre: '1.2.3', node: '20.19.0', system: 'linux x64' },
  processor: { name: 'Processor', threads: 2 },
  compiler: { description: 'gcc 12.2.0 (/usr/bin/cc)', instructionSet: 'avx2' },
  cache: { directory: '/cache/native', problem: undefined, byteLength: 682_000, programs: 30 },
  backends: [native, wasm, reference],
  used: usedBackend([native, wasm, reference], undefined),
  measured: { size: 512, length: 2 ** 24 },
};

test('the report shows what there is, and what each backend reaches', () => {
  expect(printReport(report)).toBe(
    `Nacre         1.2.3, on Node 20.19.0, linux x64
Processor     Processor, runs 2 threads at once
C compiler    gcc 12.2.0 (/usr/bin/cc)
Instructions  avx2
Cache         /cache/native: 30 programs, 666 KB
Used          native: it is the first of them that works here

Backend    Threads  Matrix products  Element-wise
native     2        350 GFLOP/s      55.1 GB/s
wasm       2        75.2 GFLOP/s     1234 GB/s
reference  1        1.89 GFLOP/s     0.160 GB/s

Matrix products of 512 x 512, float32; element-wise passes that read and write 64 MB.
Another backend: NACRE_BACKEND=NAME, or setBackend(NAME). Other threads: NACRE_THREADS=N.`,
  );
});

test('what does not work is there with its reason, once', () => {
  const printed = printReport({
    ...report,
    processor: { name: 'Processor', threads: 1 },
    compiler: { reason: noCompiler },
    cache: { ...report.cache, problem: 'belongs to another user' },
    backends: [noNative, { ...wasm, works: false, reason: 'No SIMD here.' }, reference],
    used: usedBackend([noNative, reference], undefined),
  });
  expect(printed).toContain(`C compiler    none: ${noCompiler}\nInstructions  -\n`);
  expect(printed).toContain('runs 1 thread at once');
  expect(printed).toContain('/cache/native: not used, it belongs to another user\n');
  expect(printed).toContain('Used          reference: ');
  expect(printed).toMatch(/^native +- +does not work here +-$/m);
  expect(printed).toContain('\nnative: there is no C compiler that works, see above.\nwasm: No SIMD here.\n');
  expect(printed.split(noCompiler).length).toBe(2);
});

test('a cache of one program is one program', () => {
  const printed = printReport({ ...report, cache: { ...report.cache, programs: 1, byteLength: 900 } });
  expect(printed).toContain('1 program, 900 bytes');
});

test('used is what was chosen, else the first that works', () => {
  expect(usedBackend([native, wasm], undefined).name).toBe('native');
  expect(usedBackend([noNative, wasm], undefined).name).toBe('wasm');
  expect(usedBackend([native, wasm], 'wasm')).toEqual({ name: 'wasm', reason: 'NACRE_BACKEND names it' });
  // As in a program: who names a backend gets no other.
  expect(usedBackend([noNative, wasm], 'native')).toEqual({
    name: undefined,
    reason: 'NACRE_BACKEND names native, which does not work here',
  });
  expect(usedBackend([noNative], undefined)).toEqual({ name: undefined, reason: 'no backend works here' });
});
