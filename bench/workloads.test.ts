import { expect, test } from 'vitest';
import { isLatency, usualNames, workloads } from './workloads.js';

test('what is usual are trainings only', () => {
  expect(usualNames.map((name) => workloads[name].kind)).toEqual(['training', 'training', 'training']);
});

test('the latency of a call counts for one image and one product', () => {
  const names = (Object.keys(workloads) as (keyof typeof workloads)[]).filter((name) => isLatency(workloads[name]));
  expect(names).toEqual([
    'first-infer-b1',
    'cnn-infer-b1',
    'matmul-64-call',
    'matmul-64-read',
    'matmul-256-call',
    'matmul-1024-call',
    'matmul-1024-read',
    'matmul-2048-call',
    'matmul-1000x777x333-call',
    'matmul-4096x32x4096-call',
  ]);
});

test('only products whose result can be an operand are chained', () => {
  const products = Object.values(workloads).flatMap((workload) =>
    workload.kind === 'kernel' && workload.task.task === 'matmul' ? [workload.task] : [],
  );
  const chained = products.filter(({ chain }) => chain > 1);
  expect(chained.length).toBeGreaterThan(0);
  for (const { m, k, n } of chained) expect([k, n]).toEqual([m, m]);
});
