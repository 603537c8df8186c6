import { describe, expect, test } from 'vitest';
import { noThroughput, type Row } from './plan.js';
import { comparisons, Table } from './table.js';

const nacre = { implementation: 'nacre', backend: 'wasm' } as const;
const tfjs = { implementation: 'tfjs', backend: 'wasm', threads: 1 } as const;
const rows: readonly Row[] = [
  {
    workload: 'first',
    ...nacre,
    threads: 2,
    microsecondsPerSample: 5,
    leastMicrosecondsPerSample: 4.5,
    gflops: 81.8,
    fractionOfFloor: 0.7,
    nearerFloor: 'arithmetic',
    bestPeer: 'tfjs-wasm',
    timesBestPeer: 29.4,
  },
  { workload: 'loop', ...nacre, threads: 2, microsecondsPerSample: 8, gflops: 51.1, fractionOfFloor: 0.4375 },
  {
    workload: 'first',
    ...tfjs,
    microsecondsPerSample: 147,
    gflops: 2.78,
    fractionOfFloor: 0.0241,
    nearerFloor: 'memory',
  },
  { workload: 'cnn', ...tfjs, ...noThroughput, note: 'not installed' },
  {
    workload: 'infer-b1',
    ...nacre,
    threads: 2,
    microsecondsPerSample: 20,
    gflops: 10,
    fractionOfFloor: 0.1,
    p50Microseconds: 20,
    p99Microseconds: 30,
    timesBestP99: 1.5,
  },
  { workload: 'cnn-memory', ...nacre, threads: 2, ...noThroughput, peakMegabytes: 205.4 },
  {
    workload: 'first-start',
    ...nacre,
    threads: 2,
    ...noThroughput,
    seconds: 0.471,
    leastSeconds: 0.44,
    barSeconds: 0.4,
  },
  { workload: 'cnn-load-h5', ...tfjs, ...noThroughput, seconds: 0.5, leastSeconds: 0.474 },
  { workload: 'cnn-compile', ...nacre, threads: 2, ...noThroughput, seconds: 1.704, compileSeconds: 1.299 },
  { workload: 'first-trained', ...nacre, threads: 2, ...noThroughput, seconds: 1.52, accuracy: 0.97734 },
];

describe('the table of the benchmarks', () => {
  test('has a line for each row, in columns', () => {
    const table = new Table(rows);
    expect(`${table.head()}\n${table.lines(rows)}`.split('\n')).toEqual([
      'workload       implementation  threads  us/sample    least  GFLOP/s  of floor  x best peer',
      '-------------  --------------  -------  ---------  -------  -------  --------  ---------------',
      'first          nacre-wasm            2       5.00     4.50     81.8     70% F  29.4 tfjs-wasm',
      'loop           nacre-wasm            2       8.00              51.1       44%',
      'first          tfjs-wasm             1        147              2.78    2.4% B',
      'cnn            tfjs-wasm             1                                                          not installed',
      'infer-b1       nacre-wasm            2       20.0              10.0       10%                   a call: p50 20.0, p99 30.0 us, the least p99 of a peer is 1.50 of that',
      'cnn-memory     nacre-wasm            2                                                          205 MB resident at most',
      'first-start    nacre-wasm            2                                                          0.47 s to the first step, at least 0.44; the bar is 0.4 s',
      'cnn-load-h5    tfjs-wasm             1                                                          0.50 s to the first prediction, at least 0.47',
      'cnn-compile    nacre-wasm            2                                                          1.70 s to the first step with an empty cache, 1.30 s more than with a full one',
      'first-trained  nacre-wasm            2                                                          1.52 s to a test accuracy of 97.73%',
    ]);
  });

  test('can be printed row by row', () => {
    const table = new Table(rows);
    expect(rows.map((row) => table.lines([row])).join('\n')).toBe(table.lines(rows));
  });

  test("says how much faster Nacre is, and what a loop of one's own costs", () => {
    expect(comparisons(rows)).toEqual([
      'first: nacre-wasm on 2 threads is 29.4 times as fast as tfjs-wasm',
      'loop: nacre-wasm on 2 threads reaches 0.63 of the speed of fit',
    ]);
  });
});
