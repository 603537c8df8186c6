import { describe, expect, test } from 'vitest';
import { lanes8 } from '../../../tests/support/interpreter-backend.js';
import { ProgramBuilder } from '../../../tests/support/program-builder.js';
import { randomArray } from '../../../tests/support/graph-values.js';
import { runProgram } from '../../../tests/support/run-program.js';
import { differenceOf } from '../../../tests/support/tolerance.js';
import { interpreterBackend } from '../../../tests/support/interpreter-backend.js';
import { referenceBackend } from '../../backends/reference/backend.js';
import { RandomStream } from '../../base/random.js';
import { contract, loopAxis } from '../../ir/build.js';
import type { GraphNode } from '../../ir/graph.js';
import { targetOf } from '../../backends/native/target.js';
import { compileProgram } from '../compile.js';
import type { TileLoop } from './contract-plan.js';
import { paysToPack } from './panels.js';

const [m, n, k] = [0, 1, 2].map(loopAxis) as [
  ReturnType<typeof loopAxis>,
  ReturnType<typeof loopAxis>,
  ReturnType<typeof loopAxis>,
];

/** C[m, n] = sum over k, with A stored as [m, k] or [k, m]. */
function product(rows: number, depth: number, columns: number, transposed: boolean) {
  const random = new RandomStream(rows + depth);
  const builder = new ProgramBuilder();
  const a = builder.add(randomArray(random, 'float32', transposed ? [depth, rows] : [rows, depth]));
  const b = builder.add(randomArray(random, 'float32', [depth, columns]));
  const c: GraphNode = contract(a, b, {
    loops: [rows, columns, depth],
    outputRank: 2,
    a: transposed ? [k, m] : [m, k],
    b: [k, n],
  });
  return builder.finish([c], []);
}

describe.each([
  { rows: 260, depth: 40, columns: 64, transposed: false, panels: ['b'] },
  { rows: 257, depth: 37, columns: 75, transposed: false, panels: ['b', 'b_rest'] },
  { rows: 264, depth: 40, columns: 2100, transposed: true, panels: ['a', 'b', 'b_rest'] },
  { rows: 260, depth: 6, columns: 64, transposed: false, panels: [] },
  { rows: 20, depth: 40, columns: 64, transposed: false, panels: [] },
])('$rows x $depth x $columns, transposed: $transposed', ({ rows, depth, columns, transposed, panels }) => {
  test(`copies to panels: ${panels.join(' and ') || 'nothing'}`, async () => {
    const { program, parameters } = product(rows, depth, columns, transposed);
    const names = compileProgram(program, lanes8)
      .phases.flat()
      .flatMap(({ name }) => /_panels_(\w+)/.exec(name)?.[1] ?? []);
    expect(names.sort()).toEqual(panels);
    const expected = await runProgram(await referenceBackend.create({ threads: 1 }), program, parameters, 1);
    const received = await runProgram(await interpreterBackend(lanes8).create({ threads: 1 }), program, parameters, 1);
    expect(differenceOf(received.outputs[0]!, expected.outputs[0]!, { ofLargest: 1e-5 })).toBeUndefined();
  });
});

describe('columns of a short sum, which the first-level cache has room for', () => {
  /** Rows of `columns` elements, of which tiles take 32. */
  function pays(columns: number, uses: number, rows = 64): boolean {
    const loop = (extent: number, b: number): TileLoop => ({ extent, nominal: extent, parts: [], a: 0, b });
    const packing = { which: 'b', tiled: loop(columns, 1), width: 32, summed: [loop(rows, columns)] } as const;
    return paysToPack(packing, uses, 1, targetOf('avx512'));
  }

  test('are copied where their rows lie a power of two apart and they are used very often', () => {
    expect(pays(256, 5000)).toBe(true);
    expect(pays(512, 5000)).toBe(true);
    expect(pays(4096, 4096, 32)).toBe(true);
  });

  test('are copied where a few columns of every row take more lines than a cache has', () => {
    const loop = (extent: number, a: number): TileLoop => ({ extent, nominal: extent, parts: [], a, b: 0 });
    const pays = (depth: number): boolean => {
      const packing = { which: 'a', tiled: loop(1024, 1), width: 8, summed: [loop(depth, 1024)] } as const;
      return paysToPack(packing, 1024, 4, targetOf('avx512'));
    };
    expect(pays(1024)).toBe(true);
    expect(pays(512)).toBe(false);
  });

  test('are read in place otherwise', () => {
    expect(pays(256, 500)).toBe(false);
    expect(pays(272, 5000)).toBe(false);
    expect(pays(4096, 4096, 16)).toBe(false);
  });
});
