import { describe, expect, test } from 'vitest';
import { InternalError } from '../../../base/errors.js';
import { ModuleBuilder } from './module-builder.js';
import type { MemoryLimits } from './module-builder.js';

type Numeric = (...operands: number[]) => number;

function instantiate(builder: ModuleBuilder, imports: WebAssembly.Imports = {}): Record<string, Numeric> {
  const bytes = builder.toBytes();
  expect(WebAssembly.validate(bytes)).toBe(true);
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports as Record<string, Numeric>;
}

const unary = { parameters: ['i32'], results: ['i32'] } as const;

describe('functions', () => {
  test('an empty module is valid', () => {
    expect(Object.keys(instantiate(new ModuleBuilder()))).toEqual([]);
  });

  test('only exported functions can be seen, and they call the hidden ones', () => {
    const builder = new ModuleBuilder();
    const double = builder.addFunction('double', unary, (code) => {
      code.get(code.parameter(0)).i32Const(2).op('i32.mul');
    });
    builder.addFunction('quadruple', { ...unary, exported: true }, (code) => {
      code.get(code.parameter(0)).call(double).call(double);
    });
    const exports = instantiate(builder);
    expect(Object.keys(exports)).toEqual(['quadruple']);
    expect(exports['quadruple']!(5)).toBe(20);
  });

  test('functions declared first can call each other', () => {
    const builder = new ModuleBuilder();
    const isEven = builder.declareFunction('isEven', { ...unary, exported: true });
    const isOdd = builder.declareFunction('isOdd', { ...unary, exported: true });
    for (const [self, other, atZero] of [
      [isOdd, isEven, 0],
      [isEven, isOdd, 1],
    ] as const) {
      builder.defineFunction(self, (code) => {
        const n = code.parameter(0);
        code.get(n);
        code.ifElse(
          'i32',
          () => code.get(n).i32Const(1).op('i32.sub').call(other),
          () => code.i32Const(atZero),
        );
      });
    }
    const exports = instantiate(builder);
    expect([0, 1, 6, 7].map((n) => exports['isEven']!(n))).toEqual([1, 0, 1, 0]);
    expect(exports['isOdd']!(9)).toBe(1);
  });

  test('an imported function is called with its arguments in order', () => {
    const builder = new ModuleBuilder();
    const subtract = builder.importFunction('host', 'subtract', { parameters: ['f64', 'f64'], results: ['f64'] });
    builder.addFunction('run', { parameters: ['f64'], results: ['f64'], exported: true }, (code) => {
      code.get(code.parameter(0)).f64Const(0.5).call(subtract);
    });
    const exports = instantiate(builder, { host: { subtract: (x: number, y: number) => x - y } });
    expect(exports['run']!(3)).toBe(2.5);
  });

  test('a function can have several results', () => {
    const builder = new ModuleBuilder();
    builder.addFunction('swap', { parameters: ['i32', 'f32'], results: ['f32', 'i32'], exported: true }, (code) => {
      code.get(code.parameter(1)).get(code.parameter(0));
    });
    expect(instantiate(builder)['swap']!(1, 0.5)).toEqual([0.5, 1]);
  });

  test('equal types are written once', () => {
    const sizeWith = (count: number): number => {
      const builder = new ModuleBuilder();
      for (let index = 0; index < count; index++) {
        builder.addFunction('f', unary, (code) => code.get(code.parameter(0)));
      }
      return builder.toBytes().length;
    };
    // A function more: its type's index, its body of length, locals, two bytes and end, its index and name.
    expect(sizeWith(2) - sizeWith(1)).toBe(1 + 5 + 3);
  });

  test('many long functions get through', () => {
    const builder = new ModuleBuilder();
    for (let index = 0; index < 200; index++) {
      builder.addFunction(`f${index}`, { ...unary, exported: true }, (code) => {
        code.get(code.parameter(0));
        for (let term = 0; term < 300; term++) code.i32Const(index * term).op('i32.add');
      });
    }
    expect(instantiate(builder)['f199']!(1)).toBe(1 + (199 * 300 * 299) / 2);
  });
});

describe('memory', () => {
  const readsMemory = (limits: MemoryLimits): ModuleBuilder => {
    const builder = new ModuleBuilder();
    builder.importMemory('host', 'memory', limits);
    builder.addFunction('read', { ...unary, exported: true }, (code) =>
      code.get(code.parameter(0)).load('i32.load8_u'),
    );
    return builder;
  };

  test.each([
    { initial: 1, shared: false },
    { initial: 1, maximum: 3, shared: false },
    { initial: 1, maximum: 65536, shared: true },
    { initial: 200, maximum: 300, shared: true },
  ] satisfies MemoryLimits[])('a memory of %o is taken', (limits) => {
    const memory = new WebAssembly.Memory(limits);
    new Uint8Array(memory.buffer)[9] = 77;
    expect(instantiate(readsMemory(limits), { host: { memory } })['read']!(9)).toBe(77);
  });

  test('a module for shared memory refuses one that is not', () => {
    const builder = readsMemory({ initial: 1, maximum: 1, shared: true });
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    expect(() => instantiate(builder, { host: { memory } })).toThrow(WebAssembly.LinkError);
  });

  test.each([
    { initial: 1, shared: true },
    { initial: 2, maximum: 1, shared: false },
    { initial: -1, shared: false },
    { initial: 1.5, shared: false },
    { initial: 1, maximum: 65537, shared: true },
  ] satisfies MemoryLimits[])('a memory of %o is refused', (limits) => {
    expect(() => readsMemory(limits)).toThrow(InternalError);
  });

  test('a second memory is refused', () => {
    const builder = readsMemory({ initial: 1, shared: false });
    expect(() => builder.importMemory('host', 'other', { initial: 1, shared: false })).toThrow(/second memory/);
  });

  test.each(['load', 'fill', 'copy'])('a %s without a memory is refused', (what) => {
    const builder = new ModuleBuilder('kernels');
    builder.addFunction('lost', { parameters: [], results: [] }, (code) => {
      if (what === 'load') code.i32Const(0).load('i32.load').drop();
      else code.i32Const(0).i32Const(0).i32Const(0)[what === 'fill' ? 'memoryFill' : 'memoryCopy']();
    });
    expect(() => builder.toBytes()).toThrow("WebAssembly module 'kernels': function 'lost' uses memory");
  });
});

describe('names', () => {
  /** Reads the name section by the format: subsections of id, size, content. */
  function readNames(bytes: Uint8Array<ArrayBuffer>): { module?: string; functions: Map<number, string> } {
    const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), 'name');
    const content = new Uint8Array(section!);
    const names: ReturnType<typeof readNames> = { functions: new Map() };
    let position = 0;
    const integer = (): number => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = content[position++]!;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    const text = (): string => {
      const length = integer();
      position += length;
      return new TextDecoder('utf-8', { fatal: true }).decode(content.subarray(position - length, position));
    };
    while (position < content.length) {
      const id = integer();
      const end = integer() + position;
      if (id === 0) names.module = text();
      else {
        expect(id).toBe(1);
        for (let count = integer(); count > 0; count--) names.functions.set(integer(), text());
      }
      expect(position).toBe(end);
    }
    return names;
  }

  test('the module and all its functions keep their names, imports first', () => {
    const builder = new ModuleBuilder('step');
    builder.importFunction('host', 'stop', { parameters: [], results: [] });
    for (let index = 0; index < 150; index++) {
      builder.addFunction(`kernel µ${index}`, { parameters: [], results: [] }, () => undefined);
    }
    const { module, functions } = readNames(builder.toBytes());
    expect(module).toBe('step');
    expect(functions.size).toBe(151);
    expect(functions.get(0)).toBe('stop');
    expect(functions.get(150)).toBe('kernel µ149');
  });

  test('a module may have none', () => {
    expect(readNames(new ModuleBuilder().toBytes())).toEqual({ functions: new Map() });
  });

  test('a trap shows the name of the function', () => {
    const builder = new ModuleBuilder();
    builder.addFunction('run', { parameters: [], results: [], exported: true }, (code) => code.unreachable());
    let trap: unknown;
    try {
      instantiate(builder)['run']!();
    } catch (error) {
      trap = error;
    }
    expect((trap as Error).stack).toMatch(/at run \(wasm:/);
  });
});

describe('mistakes', () => {
  test('a function without a body', () => {
    const builder = new ModuleBuilder();
    builder.declareFunction('later', unary);
    expect(() => builder.toBytes()).toThrow(/'later' was declared but has no body/);
  });

  test('a second body', () => {
    const builder = new ModuleBuilder();
    const ref = builder.addFunction('twice', { parameters: [], results: [] }, () => undefined);
    expect(() => builder.defineFunction(ref, () => undefined)).toThrow(/'twice' already has a body/);
  });

  test('a body for an import or for a function of another module', () => {
    const builder = new ModuleBuilder();
    const imported = builder.importFunction('host', 'imported', unary);
    const foreign = new ModuleBuilder().declareFunction('foreign', unary);
    expect(() => builder.defineFunction(imported, () => undefined)).toThrow(/'imported' was not declared in it/);
    expect(() => builder.defineFunction(foreign, () => undefined)).toThrow(/'foreign' was not declared in it/);
  });

  test('a call of a function of another module', () => {
    const foreign = new ModuleBuilder().declareFunction('foreign', { parameters: [], results: [] });
    const build = (): unknown =>
      new ModuleBuilder().addFunction('f', { parameters: [], results: [] }, (code) => code.call(foreign));
    expect(build).toThrow("WebAssembly function 'f': function 'foreign' belongs to another module");
  });

  test('two exports of one name', () => {
    const builder = new ModuleBuilder();
    builder.declareFunction('same', { ...unary, exported: true });
    expect(() => builder.declareFunction('same', { ...unary, exported: true })).toThrow(/two functions are exported/);
  });

  test('an import after a declaration', () => {
    const builder = new ModuleBuilder();
    builder.declareFunction('first', unary);
    expect(() => builder.importFunction('host', 'second', unary)).toThrow(/must be imported before/);
  });
});
