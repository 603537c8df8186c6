import { describe, expect, test } from 'vitest';
import {
  asOutput,
  asParameter,
  asTemporary,
  assign,
  at,
  binary,
  buffer,
  define,
  f32,
  i32,
  kernel,
  kernelProgram,
  laneNumbers,
  load,
  loop,
  num,
  position,
  reg,
  scalarI32,
  scalarLoad,
  splat,
  store,
  unary,
} from '../../../../tests/support/kernels.js';
import { expectSameBits } from '../../../../tests/support/bits.js';
import { instantiate, PrintedMemory, runPrinted } from '../../../../tests/support/printed-kernels.js';
import type { TypedArray } from '../../../base/dtype.js';
import { RandomStream } from '../../../base/random.js';
import { interpret } from '../../../ir/interpret.js';
import type { KernelProgram, KernelStatement } from '../../../ir/kernel.js';
import { planAddresses, type AddressPlan } from './addresses.js';
import { simplifyKernel } from './simplify.js';

function planOf({ phases, buffers, parameterCount }: KernelProgram): AddressPlan {
  return planAddresses(simplifyKernel(phases[0]![0]!), buffers, parameterCount);
}

/** The coefficients, in bytes, of the pointers that a loop steps. */
function steps(plan: AddressPlan, variable: string): number[] {
  return (plan.pointersOf.get(variable) ?? []).map(({ coefficient }) => coefficient);
}

function expectAgreement(program: KernelProgram, parameters: readonly TypedArray[], threads = 1): void {
  expectSameBits(runPrinted(program, parameters, threads).outputs, interpret(program, parameters, { lanes: 4 }));
}

const stream = new RandomStream(3);
const random = (length: number): Float32Array => Float32Array.from({ length }, () => stream.normal());

/** C [M, N] = A [M, K] B [K, N] in tiles of 4 rows by 2 vectors; a chunk is 4 rows. */
function tiledProduct(M: number, N: number, K: number): KernelProgram {
  const rows = [0, 1, 2, 3];
  const columns = [0, 4];
  const accumulators = rows.flatMap((row) => columns.map((column) => ({ row, column, name: `sum${row}_${column}` })));
  const body: KernelStatement[] = [
    loop('n', 0, N, 8, [
      ...accumulators.map(({ name }) => define(name, num(0))),
      loop('k', 0, K, 1, [
        ...columns.map((column) => define(`b${column}`, load(1, at(column, ['k', N], ['n', 1])))),
        ...rows.flatMap((row) => [
          define(`a${row}`, splat(scalarLoad(0, at(row * K, ['m', 4 * K], ['k', 1])))),
          ...columns.map((column) =>
            assign(
              `sum${row}_${column}`,
              binary('add', reg(`sum${row}_${column}`), binary('mul', reg(`a${row}`), reg(`b${column}`))),
            ),
          ),
        ]),
      ]),
      ...accumulators.map(({ row, column, name }) =>
        store(2, at(row * N + column, ['m', 4 * N], ['n', 1]), 4, reg(name)),
      ),
    ]),
  ];
  return kernelProgram(
    [
      buffer('a', 'float32', M * K, asParameter(0)),
      buffer('b', 'float32', K * N, asParameter(1)),
      buffer('c', 'float32', M * N, asOutput(0)),
    ],
    [[kernel(body, { chunks: M / 4, chunkVariable: 'm' })]],
  );
}

describe('the pointers of a loop', () => {
  test('are one for each way of moving: two in the inner loop of a matrix product', () => {
    const program = tiledProduct(8, 16, 5);
    const plan = planOf(program);
    expect(steps(plan, 'k').sort((a, b) => a - b)).toEqual([4, 64]);
    expect(steps(plan, 'n')).toEqual([4, 4]); // B and C; A does not depend on n.
    expectAgreement(program, [random(40), random(80)], 2);
  });

  test('serve several temporaries at once, which lie at known distances', () => {
    const names = ['x', 'y', 'z'];
    const program = kernelProgram(
      [
        ...names.map((name, index) => buffer(name, 'float32', 16, asTemporary(64 * index))),
        buffer('out', 'float32', 16, asOutput(0)),
      ],
      [
        [
          kernel([
            loop('i', 0, 16, 4, [
              ...names.map((_, index) => store(index, at(0, ['i', 1]), 4, num(index + 1))),
              store(3, at(0, ['i', 1]), 4, binary('sub', load(2, at(0, ['i', 1])), load(0, at(0, ['i', 1])))),
            ]),
          ]),
        ],
      ],
      192,
    );
    expect(steps(planOf(program), 'i')).toEqual([4, 4]);
    expectAgreement(program, []);
  });

  test('start at the lowest element that is accessed, so that immediate offsets are not negative', () => {
    const program = kernelProgram(
      [buffer('in', 'float32', 20, asParameter(0)), buffer('out', 'float32', 16, asOutput(0))],
      [
        [
          kernel([
            loop('i', 2, 18, 4, [
              store(
                1,
                at(-2, ['i', 1]),
                4,
                binary(
                  'add',
                  load(0, at(2, ['i', 1])),
                  binary('sub', load(0, at(-2, ['i', 1])), load(0, at(0, ['i', 1]))),
                ),
              ),
            ]),
          ]),
        ],
      ],
    );
    const [pointer] = planOf(program).pointersOf.get('i')!;
    expect(pointer!.constant).toBe(-8);
    expectAgreement(program, [random(20)]);
  });
});

describe('addresses agree with the interpreter', () => {
  test('with coefficients of both signs in a nest of four loops', () => {
    const reads = [
      load(0, at(40, ['c', 60], ['i', -20], ['j', 5], ['k', -1]), 3),
      load(0, at(38, ['c', 60], ['i', -20], ['j', 5], ['k', -1]), 2),
      load(0, at(3, ['c', 60], ['j', 5], ['k', 7]), 4),
      load(0, at(130, ['c', -60], ['k', -2]), 4, f32, -1),
      load(0, at(0, ['i', 9]), 1),
      load(0, at(77), 4),
    ];
    const sum = reads.reduce((total, read) => binary('add', total, read));
    const nest = loop('i', 0, 2, 1, [
      store(2, at(0, ['c', 8], ['i', 4]), 4, reads[5]!),
      loop('j', 1, 8, 3, [loop('k', -1, 1, 1, [store(1, at(-4, ['c', 112], ['i', 56], ['j', 8], ['k', 4]), 4, sum)])]),
    ]);
    const program = kernelProgram(
      [
        buffer('in', 'float32', 200, asParameter(0)),
        buffer('out', 'float32', 3 * 112, asOutput(0)),
        buffer('other', 'float32', 3 * 8, asOutput(1)),
      ],
      [[kernel([nest], { chunks: 3, chunkVariable: 'c' })]],
    );
    expectAgreement(program, [random(200)], 2);
  });

  test('with registers as terms, set up where they are defined', () => {
    // Rows are looked up in a table, as a batch is.
    const program = kernelProgram(
      [
        buffer('in', 'float32', 40, asParameter(0)),
        buffer('rows', 'int32', 6, asParameter(1)),
        buffer('out', 'float32', 48, asOutput(0)),
      ],
      [
        [
          kernel(
            [
              loop('i', 0, 3, 1, [
                define('row', scalarLoad(1, at(0, ['c', 3], ['i', 1]), scalarI32)),
                loop('j', 0, 8, 4, [
                  store(2, at(0, ['c', 24], ['i', 8], ['j', 1]), 4, load(0, at(0, ['row', 8], ['j', 1]))),
                ]),
              ]),
            ],
            { chunks: 2, chunkVariable: 'c' },
          ),
        ],
      ],
    );
    const plan = planOf(program);
    expect(steps(plan, 'row')).toEqual([32]);
    expect(steps(plan, 'j')).toEqual([4, 4]);
    expectAgreement(program, [random(40), Int32Array.of(4, 0, 3, 1, 1, 2)], 2);
  });

  test('with registers that change in the loop that uses them', () => {
    const program = kernelProgram(
      [buffer('in', 'float32', 31, asParameter(0)), buffer('out', 'float32', 20, asOutput(0))],
      [
        [
          kernel([
            define('n', num(3, scalarI32)),
            loop('i', 0, 5, 1, [
              store(1, at(0, ['i', 4]), 4, load(0, at(1, ['n', 2], ['i', 1]))),
              assign('n', binary('add', reg('n', scalarI32), num(2, scalarI32))),
            ]),
          ]),
        ],
      ],
    );
    expect(steps(planOf(program), 'n')).toEqual([]);
    expectAgreement(program, [random(31)]);
  });

  test('with bases at which an immediate offset of 2^31 bytes and more would leave the memory', () => {
    // The table's address of the temporaries is chosen so that only arithmetic that wraps around finds them.
    const farAway = 2 ** 31;
    const program = kernelProgram(
      [buffer('far', 'float32', 4, asTemporary(farAway)), buffer('out', 'float32', 4, asOutput(0))],
      [[kernel([store(0, at(0), 4, num(2.5)), store(1, at(0), 4, load(0, at(0)))])]],
      farAway + 16,
    );
    const memory = new WebAssembly.Memory({ initial: 1 });
    const [table, control, far, out] = [64, 128, 192, 256];
    new Int32Array(memory.buffer).set([far - farAway, 0, out], table / 4);
    instantiate(program, memory)(0, 1, 1, table, control);
    expect([...new Float32Array(memory.buffer, out, 4)]).toEqual([2.5, 2.5, 2.5, 2.5]);
  });
});

describe('loops', () => {
  const numbersAt = (variable: string): KernelStatement[] => [
    store(
      1,
      at(0, [variable, 4]),
      4,
      unary('toFloat', binary('add', laneNumbers(), splat(position(at(5, [variable, 3])))), 'f32'),
    ),
  ];

  test('run for every value of their variable, which is a number too', () => {
    for (const [begin, end, step] of [
      [0, 1, 1],
      [0, 2, 1],
      [1, 9, 3],
      [2, 9, 7],
      [0, 0, 1],
      [3, 2, 1],
      [0, 10, 2],
    ] as const) {
      const program = kernelProgram(
        [buffer('unused', 'float32', 4, asParameter(0)), buffer('out', 'float32', 48, asOutput(0))],
        [[kernel([loop('i', begin, end, step, numbersAt('i'))])]],
      );
      expectAgreement(program, [new Float32Array(4)]);
    }
  });

  test('whose variable moves nothing are counted', () => {
    const body = [
      define('power', num(1)),
      loop('i', 0, 7, 1, [loop('j', -6, 0, 4, [assign('power', binary('mul', reg('power'), num(2)))])]),
      store(0, at(0), 4, reg('power')),
    ];
    const program = kernelProgram([buffer('out', 'float32', 4, asOutput(0))], [[kernel(body)]]);
    expect(runPrinted(program, []).outputs[0]![0]).toBe(2 ** 14);
    expectAgreement(program, []);
  });

  test('keep the constants they use, each lane of them', () => {
    const body = loop('i', 0, 12, 4, [
      store(
        0,
        at(0, ['i', 1]),
        4,
        binary('add', laneNumbers(3), binary('mul', splat(position(at(0, ['i', 1]))), num(7, i32))),
      ),
    ]);
    const program = kernelProgram([buffer('out', 'int32', 12, asOutput(0))], [[kernel([body])]]);
    expectAgreement(program, []);
  });
});

test('a loop that does not advance is an error that names the kernel and the loop', () => {
  const program = kernelProgram([buffer('out', 'int32', 4, asOutput(0))], [[kernel([loop('i', 0, 4, 0, [])])]]);
  const memory = new PrintedMemory(program, []);
  expect(() => instantiate(program, memory.memory)).toThrow(
    "kernel 'sample': the loop over 'i' needs whole bounds and a positive step, received 0 to 4 by 0",
  );
});

test('a buffer that does not exist is an error that names the kernel', () => {
  const program = kernelProgram(
    [buffer('out', 'int32', 4, asOutput(0))],
    [[kernel([store(3, at(0), 4, laneNumbers())])]],
  );
  expect(() => runPrinted(program, [])).toThrow("kernel 'sample': there is no buffer 3; the program has 1");
});
