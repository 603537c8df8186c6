import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InternalError } from '../../../base/errors.js';
import type { FunctionBuilder } from './function-builder.js';
import { ModuleBuilder } from './module-builder.js';
import type { AtomicOp, LaneOp, LoadOp, Opcode } from './opcodes.js';
import type { Label, Local, ValueType } from './value-types.js';

interface Signature {
  readonly parameters?: readonly ValueType[];
  readonly results?: readonly ValueType[];
}

const memory = new WebAssembly.Memory({ initial: 1 });

function moduleOf(signature: Signature, build: (code: FunctionBuilder) => void): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  builder.importMemory('host', 'memory', { initial: 1, shared: false });
  builder.addFunction('run', { parameters: [], results: [], ...signature, exported: true }, build);
  return builder.toBytes();
}

/** The function that `build` writes, ready to be called. */
function compile(
  signature: Signature,
  build: (code: FunctionBuilder) => void,
): (...operands: (number | bigint)[]) => unknown {
  const module = new WebAssembly.Module(moduleOf(signature, build));
  const { exports } = new WebAssembly.Instance(module, { host: { memory } });
  return exports['run'] as (...operands: (number | bigint)[]) => unknown;
}

describe('constants', () => {
  test('any i32 comes back, unsigned ones wrapped', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.nat({ max: 2 ** 32 - 1 })), (value) => {
        expect(compile({ results: ['i32'] }, (code) => code.i32Const(value))()).toBe(value | 0);
      }),
      { seed: 3 },
    );
  });

  test('any i64 comes back, unsigned ones wrapped', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
        expect(compile({ results: ['i64'] }, (code) => code.i64Const(value))()).toBe(BigInt.asIntN(64, value));
      }),
      { seed: 4 },
    );
  });

  test('any f32 comes back bit by bit', () => {
    fc.assert(
      fc.property(fc.float(), (value) => {
        const bits = compile({ results: ['i32'] }, (code) => code.f32Const(value).op('i32.reinterpret_f32'))();
        expect(bits).toBe(Number.isNaN(value) ? 0x7fc00000 : new Int32Array(Float32Array.of(value).buffer)[0]);
      }),
      { seed: 5, examples: [[-0], [Infinity], [-Infinity], [NaN], [2 ** -149]] },
    );
  });

  test('an f32 constant is rounded to nearest', () => {
    expect(compile({ results: ['f32'] }, (code) => code.f32Const(0.1))()).toBe(Math.fround(0.1));
  });

  test('any f64 comes back bit by bit', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const bits = compile({ results: ['i64'] }, (code) => code.f64Const(value).op('i64.reinterpret_f64'))();
        const expected = new BigInt64Array(Float64Array.of(value).buffer)[0];
        expect(bits).toBe(Number.isNaN(value) ? 0x7ff80000_00000000n : expected);
      }),
      { seed: 6, examples: [[-0], [-Infinity], [NaN], [5e-324]] },
    );
  });

  const storedVector = (emit: (code: FunctionBuilder) => void): Uint8Array => {
    compile({}, (code) => {
      code.i32Const(32);
      emit(code);
      code.store('v128.store');
    })();
    return new Uint8Array(memory.buffer).slice(32, 48);
  };

  test('any v128 comes back, from bytes or from lanes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(storedVector((code) => code.v128Const(bytes))).toEqual(bytes);
        const [a, b, c, d] = new Int32Array(bytes.slice().buffer);
        expect(storedVector((code) => code.i32x4Const(a!, b!, c! >>> 0, d!))).toEqual(bytes);
      }),
      { seed: 7 },
    );
    const lanes = [1.5, -0, Infinity, 0.1] as const;
    expect(storedVector((code) => code.f32x4Const(...lanes))).toEqual(new Uint8Array(Float32Array.from(lanes).buffer));
  });

  test('any shuffle picks its bytes', () => {
    const low = Uint8Array.from({ length: 16 }, (_, index) => 100 + index);
    const high = Uint8Array.from({ length: 16 }, (_, index) => 200 + index);
    const both = [...low, ...high];
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 31 }), { minLength: 16, maxLength: 16 }), (lanes) => {
        const result = storedVector((code) => code.v128Const(low).v128Const(high).shuffle(lanes));
        expect([...result]).toEqual(lanes.map((lane) => both[lane]));
      }),
      { seed: 8 },
    );
  });
});

describe('control flow', () => {
  test('a loop repeats while its branch is taken and a branch to the block around it leaves both', () => {
    const sumBelow = compile({ parameters: ['i32'], results: ['i32'] }, (code) => {
      const limit = code.parameter(0);
      const index = code.local('i32');
      const sum = code.local('i32');
      code.block((exit) => {
        code.loop((again) => {
          code.get(index).get(limit).op('i32.ge_s').brIf(exit);
          code.get(sum).get(index).op('i32.add').set(sum);
          code.get(index).i32Const(1).op('i32.add').set(index);
          code.br(again);
        });
      });
      code.get(sum);
    });
    expect([0, 1, 5, 100].map((limit) => sumBelow(limit))).toEqual([0, 0, 10, 4950]);
  });

  test('an if with both branches leaves a value, and one with only the first may do nothing', () => {
    const sign = compile({ parameters: ['f64'], results: ['i32'] }, (code) => {
      const x = code.parameter(0);
      const wasZero = code.local('i32');
      code.get(x).f64Const(0).op('f64.eq');
      code.ifElse(() => code.i32Const(100).set(wasZero));
      code.get(x).f64Const(0).op('f64.lt');
      code.ifElse(
        'i32',
        () => code.i32Const(-1),
        () => code.i32Const(1),
      );
      code.get(wasZero).op('i32.add');
    });
    expect([-2, 0, 3].map((x) => sign(x))).toEqual([-1, 101, 1]);
  });

  test('a branch out of an if leaves the whole, from either side', () => {
    const run = compile({ parameters: ['i32'], results: ['i32'] }, (code) => {
      const leave = (value: number, dead: number) => (label: Label) => {
        code.i32Const(value).br(label).i32Const(dead);
      };
      code.get(code.parameter(0)).ifElse('i32', leave(1, 10), leave(2, 20));
    });
    expect([run(7), run(0)]).toEqual([1, 2]);
  });

  test('a block and a loop can leave a value', () => {
    const run = compile({ parameters: ['i32'], results: ['i32'] }, (code) => {
      code.block('i32', (exit) => {
        code.i32Const(5).get(code.parameter(0)).brIf(exit);
        code.drop().loop('i32', () => code.i32Const(6));
      });
    });
    expect([run(1), run(0)]).toEqual([5, 6]);
  });

  test('a branch table counts its labels off, and the rest goes to the last argument', () => {
    const run = compile({ parameters: ['i32'], results: ['i32'] }, (code) => {
      code.block((otherwise) => {
        code.block((one) => {
          code.block((zero) => code.get(code.parameter(0)).brTable([zero, one, zero], otherwise));
          code.i32Const(10).return_();
        });
        code.i32Const(11).return_();
      });
      code.i32Const(12);
    });
    expect([0, 1, 2, 3, -1].map((index) => run(index))).toEqual([10, 11, 10, 12, 12]);
  });

  test('select takes the lower value where the condition is not 0', () => {
    const run = compile({ parameters: ['i32'], results: ['f32'] }, (code) => {
      code.f32Const(1).f32Const(2).get(code.parameter(0)).select();
    });
    expect([run(3), run(0)]).toEqual([1, 2]);
  });

  test('unreachable traps', () => {
    expect(compile({}, (code) => code.unreachable())).toThrow(WebAssembly.RuntimeError);
  });
});

describe('locals', () => {
  test('parameters and variables of all types keep their own values', () => {
    const types: ValueType[] = ['i32', 'f64', 'f64', 'i64', 'v128', 'f32', 'i32'];
    const run = compile({ parameters: ['f64', 'i32'], results: ['f64'] }, (code) => {
      const locals = types.map((type) => code.local(type));
      const numbers = locals.filter(({ type }) => type === 'f64' || type === 'i32');
      numbers.forEach((local, index) => {
        if (local.type === 'f64') code.f64Const(10 ** index).set(local);
        else code.i32Const(10 ** index).set(local);
      });
      code.get(code.parameter(0)).get(code.parameter(1)).op('f64.convert_i32_s').op('f64.add');
      for (const local of numbers) {
        code.get(local);
        if (local.type === 'i32') code.op('f64.convert_i32_s');
        code.op('f64.add');
      }
    });
    expect(run(0.5, 10_000)).toBe(11_111.5);
  });

  test('a released local is reused by the next of its type only', () => {
    moduleOf({ parameters: ['f32'] }, (code) => {
      const first = code.local('f32');
      const second = code.local('f32');
      code.release(first);
      expect(code.local('i32').index).toBe(3);
      expect(code.local('f32').index).toBe(first.index);
      expect(code.local('f32').index).toBe(4);
      expect([code.parameter(0).index, first.index, second.index]).toEqual([0, 1, 2]);
    });
  });

  test('tee stores and keeps', () => {
    const run = compile({ parameters: ['i32'], results: ['i32'] }, (code) => {
      const copy = code.local('i32');
      code.get(code.parameter(0)).tee(copy).get(copy).op('i32.mul');
    });
    expect(run(7)).toBe(49);
  });
});

describe('mistakes are named with the function', () => {
  const mistake = (build: (code: FunctionBuilder) => void): (() => unknown) => {
    return () => moduleOf({ parameters: ['i32'] }, build);
  };

  test('a local of another function', () => {
    let foreign: Local | undefined;
    moduleOf({}, (code) => (foreign = code.local('f32')));
    expect(mistake((code) => code.get(foreign!))).toThrow(
      new InternalError("WebAssembly function 'run': local 0 (f32) belongs to another function."),
    );
  });

  test('a released local, and a release of a parameter or a second release', () => {
    const released = (use: (code: FunctionBuilder, local: Local) => unknown) =>
      mistake((code) => {
        const local = code.local('i32');
        use(code.release(local), local);
      });
    expect(released((code, local) => code.get(local))).toThrow(/was already released/);
    expect(released((code, local) => code.release(local))).toThrow(/was already released/);
    expect(mistake((code) => code.release(code.parameter(0)))).toThrow(/parameter 0 cannot be released/);
  });

  test('a parameter that does not exist', () => {
    expect(mistake((code) => code.parameter(1))).toThrow(/there is no parameter 1; the function takes 1/);
  });

  test('a label that is closed or of another function', () => {
    const closed = mistake((code) => {
      let label: Label | undefined;
      code.block((inner) => (label = inner));
      code.br(label!);
    });
    expect(closed).toThrow(/out of scope/);
    const foreign = mistake((outer) =>
      outer.block((label) => moduleOf({}, (inner) => inner.block(() => inner.br(label)))),
    );
    expect(foreign).toThrow(/label belongs to another function/);
  });

  test('an end inside a block, and an instruction after the end', () => {
    expect(mistake((code) => code.block(() => code.finish()))).toThrow(/1 blocks are still open/);
    let finished: FunctionBuilder | undefined;
    moduleOf({}, (code) => (finished = code));
    expect(() => finished!.unreachable()).toThrow(/already finished/);
  });

  test.each([
    ['an i32 that is too large', (code: FunctionBuilder) => code.i32Const(2 ** 32)],
    ['an i32 with a fraction', (code: FunctionBuilder) => code.i32Const(0.5)],
    ['an i64 that is too large', (code: FunctionBuilder) => code.i64Const(2n ** 64n)],
    ['an i32x4 lane that is too small', (code: FunctionBuilder) => code.i32x4Const(0, 0, -(2 ** 31) - 1, 0)],
    ['a v128 of fifteen bytes', (code: FunctionBuilder) => code.v128Const(new Uint8Array(15))],
    ['a v128 with a large byte', (code: FunctionBuilder) => code.v128Const(Array<number>(16).fill(256))],
    ['a shuffle past both vectors', (code: FunctionBuilder) => code.shuffle(Array<number>(16).fill(32))],
    ['a lane past the last', (code: FunctionBuilder) => code.lane('f32x4.extract_lane', 4)],
    ['a lane past the last of a load', (code: FunctionBuilder) => code.loadLane('v128.load64_lane', 0, 2)],
    ['a negative lane of a store', (code: FunctionBuilder) => code.storeLane('v128.store8_lane', 0, -1)],
    ['a negative offset', (code: FunctionBuilder) => code.load('i32.load', -4)],
    ['an alignment above the size', (code: FunctionBuilder) => code.load('v128.load32_splat', 0, 8)],
    ['an alignment of three', (code: FunctionBuilder) => code.load('v128.load', 0, 3)],
    ['an alignment of zero', (code: FunctionBuilder) => code.store('i32.store', 0, 0)],
  ])('%s', (_, build) => {
    expect(mistake(build)).toThrow(InternalError);
  });

  test('a name put together wrongly, with the nearest right one', () => {
    expect(mistake((code) => code.op('f32x4.mull' as Opcode))).toThrow(/'f32x4.mull' .* Did you mean 'f32x4.mul'\?/);
    expect(mistake((code) => code.lane('f32x4.add' as LaneOp, 0))).toThrow(/not an instruction on a lane/);
    expect(mistake((code) => code.load('f32.store' as LoadOp))).toThrow(/not a load/);
    expect(mistake((code) => code.atomic('i32.load' as AtomicOp))).toThrow(/not an atomic access/);
  });

  test('types on the stack are left to validation', () => {
    const bytes = moduleOf({ results: ['i32'] }, (code) => code.f32Const(1));
    expect(WebAssembly.validate(bytes)).toBe(false);
  });
});
