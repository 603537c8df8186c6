import { describe, expect, test } from 'vitest';
import type { Kernel, KernelStatement } from '../ir/kernel.js';
import { f32 } from '../ir/kernel.js';
import { mergeSmallPhases } from './merge-small.js';

/** A kernel that copies 4 elements a chunk from buffer `from` to buffer `to`. */
function copy(name: string, from: number, to: number, chunks: number, flops: number): Kernel {
  const at = { offset: 0, terms: [{ variable: 'chunk', coefficient: 4 }] };
  const body: KernelStatement[] = [
    { kind: 'let', name: 'v0', value: { kind: 'load', buffer: from, at, stride: 1, count: 4, type: f32 } },
    { kind: 'store', buffer: to, at, count: 4, value: { kind: 'register', name: 'v0', type: f32 } },
  ];
  return { name, comment: name, chunks, chunkVariable: 'chunk', body, flops };
}

describe('phases with little work', () => {
  test('next to each other become one kernel that loops over the chunks of each in turn', () => {
    const merged = mergeSmallPhases([[copy('a', 0, 1, 3, 10)], [copy('b', 1, 2, 3, 10), copy('c', 1, 3, 2, 10)]], 100);
    expect(merged).toHaveLength(1);
    expect(merged[0]).toHaveLength(1);
    const [kernel] = merged[0]!;
    expect(kernel).toMatchObject({ name: 'a+b+c', chunks: 1, flops: 30 });
    const loops = kernel!.body as Extract<KernelStatement, { kind: 'loop' }>[];
    expect(loops.map(({ variable, end }) => [variable, end])).toEqual([
      ['chunk_0', 3],
      ['chunk_1', 3],
      ['chunk_2', 2],
    ]);
    const [load, store] = loops[1]!.body as [
      Extract<KernelStatement, { kind: 'let' }>,
      Extract<KernelStatement, { kind: 'store' }>,
    ];
    expect(load.name).toBe('v0_1');
    expect(store.value).toMatchObject({ kind: 'register', name: 'v0_1' });
    expect(store.at.terms).toEqual([{ variable: 'chunk_1', coefficient: 4 }]);
  });

  test('stay apart when a phase with much work lies between them, and alone they stay as they are', () => {
    const phases = [[copy('a', 0, 1, 3, 10)], [copy('b', 1, 2, 64, 1e6)], [copy('c', 2, 3, 3, 10)]];
    expect(mergeSmallPhases(phases, 100)).toEqual(phases);
  });

  test('stay apart where meeting costs nothing', () => {
    const phases = [[copy('a', 0, 1, 3, 10)], [copy('b', 1, 2, 3, 0)]];
    expect(mergeSmallPhases(phases, 0)).toEqual(phases);
  });
});
