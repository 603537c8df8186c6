import { expect, test } from 'vitest';
import { documentRows, lastOfEach } from './document.js';
import type { Row } from './plan.js';

const row = (workload: string, name: string, values: Partial<Row>): Row => {
  const [implementation, backend] = name.split('/') as [Row['implementation'], Row['backend']];
  return {
    workload: workload,
    implementation,
    backend,
    threads: 2,
    microsecondsPerSample: null,
    gflops: null,
    fractionOfFloor: null,
    ...values,
  };
};

const measured = (median: number, least: number): Partial<Row> => ({
  microsecondsPerSample: median,
  leastMicrosecondsPerSample: least,
});

test('training: the median and the least, and how many times as fast Nacre is', () => {
  const text = documentRows([
    row('first', 'nacre/native', measured(2.1049, 2)),
    row('first', 'nacre/wasm', measured(7, 6.5)),
    { ...row('first', 'nacre/native', measured(3, 3)), threads: 1 },
    row('first', 'tfjs/cpu', measured(16_000, 15_000)),
    row('first', 'pytorch/eager', { ...measured(12.6294, 12), version: 'pytorch 2.13.0' }),
  ]);
  expect(text).toContain('| **Nacre, native** | 2.10 (2.00) |  |');
  expect(text).toContain('| **Nacre, WebAssembly** | 7.00 (6.50) |  |');
  expect(text).toContain('| PyTorch | 12.6 (12.0) | 6.0 |');
  expect(text).toContain('| TensorFlow.js, cpu | 16,000 (15,000) | 7,600 |');
  expect(text).toContain('Peers: pytorch 2.13.0');
  expect(text.match(/^### .*/gm)).toEqual(['### training']);
});

test('kernels: the fraction of the floor of the median and of the least, and the best peer', () => {
  const text = documentRows([
    row('matmul-1024-nt', 'nacre/native', {
      ...measured(12_345.6, 10_000),
      fractionOfFloor: 0.6,
      timesBestPeer: 1.234,
      bestPeer: 'jax-jit',
    }),
    row('matmul-1024-nt', 'jax/jit', measured(15_234, 15_000)),
  ]);
  expect(text).toContain('| `matmul-1024-nt` | 12,350 (10,000) | 60% (74%) |  | 15,230 | 1.23 jax-jit |');
});

test('starts in milliseconds, with their bars; calls and memory', () => {
  const text = documentRows([
    row('first-start', 'nacre/native', { seconds: 0.2512, leastSeconds: 0.25, barSeconds: 0.4 }),
    row('matmul-64-call', 'nacre/native', measured(3.5, 3)),
    row('cnn-infer-b1', 'nacre-compile/native', { p50Microseconds: 22.04, p99Microseconds: 60.6 }),
    row('cnn-memory', 'nacre/native', { peakMegabytes: 201.4 }),
  ]);
  expect(text).toContain('| `first-start` | 251 (250) |  | 400 |');
  expect(text).toContain('| `matmul-64-call` | 3.50 (3.00) |');
  expect(text).toContain('| **Nacre, a compiled function** |  |  | 22.0 | 60.6 |');
  expect(text).toContain('| **Nacre, native** | 201 |');
});

test('the last row of each measurement counts', () => {
  const [old, other, next] = [
    row('first', 'nacre/native', measured(3, 3)),
    row('first', 'nacre/wasm', measured(8, 8)),
    row('first', 'nacre/native', measured(2, 2)),
  ];
  expect(lastOfEach([[old, other], [next]])).toEqual([next, other]);
});
