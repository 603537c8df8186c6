import { expect, test } from 'vitest';
import { withBestPeers } from './best-peer.js';
import { noThroughput, type Row } from './plan.js';

const row = (workload: string, implementation: string, measured: Partial<Row>): Row => ({
  ...{ workload, implementation, backend: 'x', threads: 2 },
  ...noThroughput,
  ...measured,
});

test('rows of Nacre are compared with the fastest peer of the same workload', () => {
  const rows = [
    row('first', 'nacre', { microsecondsPerSample: 2 }),
    row('loop', 'nacre', { microsecondsPerSample: 2 }),
    row('first', 'jax', { microsecondsPerSample: 5 }),
    row('first', 'pytorch', { microsecondsPerSample: 12 }),
    row('first', 'tfjs', { note: 'not installed' }),
    row('stream', 'floor', {}),
  ];
  const found = withBestPeers(rows);
  expect(found[0]).toEqual({ ...rows[0], bestPeer: 'jax-x', timesBestPeer: 2.5 });
  expect(found.slice(1)).toEqual(rows.slice(1));
});

test('so are seconds and memory', () => {
  const [trained] = withBestPeers([row('t', 'nacre', { seconds: 2 }), row('t', 'keras', { seconds: 7 })]);
  expect(trained!.timesBestPeer).toBe(3.5);
  const [memory] = withBestPeers([
    row('m', 'nacre', { peakMegabytes: 200 }),
    row('m', 'keras', { peakMegabytes: 100 }),
  ]);
  expect(memory!.timesBestPeer).toBe(0.5);
});

test('of calls, the slowest are compared too, whoever has the least', () => {
  const rows = [
    row('m', 'nacre', { microsecondsPerSample: 2, p99Microseconds: 4 }),
    row('m', 'jax', { microsecondsPerSample: 3, p99Microseconds: 20 }),
    row('m', 'pytorch', { microsecondsPerSample: 5, p99Microseconds: 6 }),
  ];
  expect(withBestPeers(rows)[0]).toMatchObject({ bestPeer: 'jax-x', timesBestPeer: 1.5, timesBestP99: 1.5 });
});

test('what could not be measured is compared with nothing', () => {
  const rows = [row('t', 'nacre', { note: 'not available' }), row('t', 'keras', { seconds: 7 })];
  expect(withBestPeers(rows)).toEqual(rows);
});
