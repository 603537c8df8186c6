import { expect, test } from 'vitest';
import type { KernelProfile } from './profile-figures.js';
import { Profile } from './profile.js';

function kernel(operations: string, microseconds: number, more: Partial<KernelProfile> = {}): KernelProfile {
  return {
    name: 'sample',
    operations,
    phase: 0,
    chunks: 1,
    schedule: '1 chunk',
    microseconds,
    microsecondsOnOneThread: 2 * microseconds,
    flops: 1000,
    bytes: 100,
    gigaflopsPerSecond: 12.34,
    gigabytesPerSecond: 1.234,
    share: microseconds / 40,
    floorMicroseconds: microseconds / 4,
    bound: 'arithmetic',
    floorFraction: 0.25,
    ...more,
  };
}

function profile(kernels: KernelProfile[], threads = 2): Profile {
  return new Profile({
    backend: 'native',
    threads,
    step: {
      microseconds: 50,
      microsecondsOnOneThread: 100,
      kernelMicroseconds: 40,
      flops: 14.4e6,
      bytes: 3.33e6,
      gigaflopsPerSecond: 288,
      gigabytesPerSecond: 66.6,
      floorMicroseconds: 10,
      floorFraction: 0.2,
      phases: 3,
      temporaryBytes: 2 ** 20,
      temporaryFloorBytes: 2 ** 19,
    },
    kernels,
    floors: { threads, gigaflopsPerSecond: 498, gigabytesPerSecond: 43.2 },
  });
}

const small = kernel('reduce [1,10]', 4);
const large = kernel('contract [32,128], add [32,128], max [32,128], mul [16]', 36, { bound: 'memory' });

test('as a string it is a table, what takes longest first', () => {
  expect(String(profile([small, large]))).toBe(
    [
      'A step on native, 2 threads: 50.0 us (100 us on one); 2 kernels in 3 phases',
      '┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━┳━━━━━━━━━━┳━━━━━━━━━┳━━━━━━┳━━━━━━━┳━━━━━━━━━━┓',
      '┃ Kernel                                ┃   us ┃ 1 thread ┃ GFLOP/s ┃ GB/s ┃ share ┃ of floor ┃',
      '┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━╇━━━━━━━━━━╇━━━━━━━━━╇━━━━━━╇━━━━━━━╇━━━━━━━━━━┩',
      '│ contract [32,128], add, max, mul [16] │ 36.0 │     72.0 │    12.3 │ 1.23 │   90% │    25% B │',
      '│ reduce [1,10]                         │ 4.00 │     8.00 │    12.3 │ 1.23 │   10% │    25% F │',
      '└───────────────────────────────────────┴──────┴──────────┴─────────┴──────┴───────┴──────────┘',
      ' Kernels by themselves: 40.0 us, 25% of the floor; the step: 20%',
      ' Arithmetic: 14.4 MFLOP a step, 288 GFLOP/s; floor (F): 498 GFLOP/s',
      ' Memory: 3.33 MB a step, 66.6 GB/s; floor (B): 43.2 GB/s',
      ' Temporaries: 1.00 MiB (at least 0.50 MiB)',
      '',
    ].join('\n'),
  );
});

test('the kernels keep the order in which they run', () => {
  const kernels = [small, large];
  expect(profile(kernels).kernels).toEqual([small, large]);
});

test('on one thread there is one time', () => {
  const text = profile([small], 1).toString();
  expect(text).toContain('A step on native, 1 thread: 50.0 us; 1 kernel in 3 phases');
  expect(text).not.toContain('on one');
  expect(text).not.toContain('1 thread ┃');
});

test('operations that have no room are cut short', () => {
  expect(profile([large]).toString(80)).toContain('│ contract [32,128], ad… │');
});

test.each([80, 90, 120])('the table is no wider than %i characters', (width) => {
  const lines = profile([small, large]).toString(width).split('\n').slice(1, 7);
  const widths = new Set(lines.map((line) => line.length));
  expect(widths.size).toBe(1);
  expect([...widths][0]).toBeLessThanOrEqual(width);
});

test('JSON has the figures', () => {
  const { kernels, step } = JSON.parse(JSON.stringify(profile([large]))) as Profile;
  expect(kernels).toEqual([large]);
  expect(step.temporaryBytes).toBe(2 ** 20);
});
