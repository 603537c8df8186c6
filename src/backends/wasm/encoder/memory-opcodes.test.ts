// Each load and store is run over a known pattern of bytes and compared with what DataView reads or writes there.
import { beforeEach, describe, expect, test } from 'vitest';
import type { FunctionBuilder } from './function-builder.js';
import { ModuleBuilder } from './module-builder.js';
import { loadEncodings, loadLaneEncodings, storeEncodings, storeLaneEncodings } from './opcodes.js';
import type { LoadLaneOp, LoadOp, StoreLaneOp, StoreOp } from './opcodes.js';
import { scalarLoadOpcodes, scalarStoreOpcodes, vectorLoadOpcodes } from './memory-opcodes.js';

const sourceAddress = 256;
const vectorAddress = 512;
const targetAddress = 1024;
const offset = 35; // Odd, so that no access is aligned: the alignment is a hint only.

const builder = new ModuleBuilder('memory');
builder.importMemory('host', 'memory', { initial: 1, shared: false });
function addVoid(name: string, build: (code: FunctionBuilder) => void): void {
  builder.addFunction(name, { parameters: [], results: [], exported: true }, build);
}
for (const name of Object.keys(scalarLoadOpcodes) as LoadOp[]) {
  const { results } = loadEncodings.find(name);
  builder.addFunction(name, { parameters: [], results, exported: true }, (code) => {
    code.i32Const(sourceAddress).load(name, offset);
  });
}
for (const name of Object.keys(vectorLoadOpcodes) as LoadOp[]) {
  addVoid(name, (code) => code.i32Const(targetAddress).i32Const(sourceAddress).load(name, offset).store('v128.store'));
}
for (const name of Object.keys(scalarStoreOpcodes) as StoreOp[]) {
  const value = storeEncodings.find(name).operands[1]!;
  builder.addFunction(name, { parameters: [value], results: [], exported: true }, (code) => {
    code.i32Const(targetAddress).get(code.parameter(0)).store(name, offset);
  });
}
addVoid('v128.store', (code) =>
  code.i32Const(targetAddress).i32Const(vectorAddress).load('v128.load').store('v128.store', offset),
);
for (const name of loadLaneEncodings.names()) {
  for (let lane = 0; lane < 16 / loadLaneEncodings.find(name).size; lane++) {
    addVoid(`${name} ${lane}`, (code) => {
      code.i32Const(targetAddress).i32Const(sourceAddress).i32Const(vectorAddress).load('v128.load');
      code.loadLane(name, offset, lane).store('v128.store');
    });
  }
}
for (const name of storeLaneEncodings.names()) {
  for (let lane = 0; lane < 16 / storeLaneEncodings.find(name).size; lane++) {
    addVoid(`${name} ${lane}`, (code) => {
      code.i32Const(targetAddress).i32Const(vectorAddress).load('v128.load').storeLane(name, offset, lane);
    });
  }
}
addVoid('memory.copy', (code) => code.i32Const(targetAddress).i32Const(sourceAddress).i32Const(7).memoryCopy());
addVoid('memory.fill', (code) => code.i32Const(targetAddress).i32Const(0x1ab).i32Const(5).memoryFill());

const memory = new WebAssembly.Memory({ initial: 1 });
const bytes = new Uint8Array(memory.buffer);
const view = new DataView(memory.buffer);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(builder.toBytes()), { host: { memory } });
const run = (name: string, ...operands: (number | bigint)[]): unknown =>
  (exports[name] as (...operands: (number | bigint)[]) => unknown)(...operands);

beforeEach(() => {
  bytes.forEach((_, address) => (bytes[address] = (address * 37 + (address >> 8) * 11 + 0x95) & 0xff));
  // Negative numbers of every width at the source, so that a sign extended and zeros put in front differ.
  for (const index of [0, 1, 3]) bytes[sourceAddress + offset + index]! |= 0x80;
});

/** The bytes at `address` as an integer, little-endian. */
function integerAt(address: number, byteLength: number, signed: boolean): bigint {
  const value = bytes.slice(address, address + byteLength).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return signed ? BigInt.asIntN(8 * byteLength, value) : value;
}

function bytesOf(value: bigint, byteLength: number): number[] {
  return Array.from({ length: byteLength }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

/** Memory after the run differs from memory before by `changed` at `address`, and nowhere else. */
function expectWritten(before: Uint8Array, address: number, changed: ArrayLike<number>): void {
  const expected = before.slice();
  expected.set(changed, address);
  expect(Buffer.compare(bytes, expected)).toBe(0);
}

describe('a scalar load agrees with DataView:', () => {
  test.each(Object.keys(scalarLoadOpcodes) as LoadOp[])('%s', (name) => {
    const { size, results } = loadEncodings.find(name);
    const address = sourceAddress + offset;
    if (name === 'f32.load') expect(run(name)).toBe(view.getFloat32(address, true));
    else if (name === 'f64.load') expect(run(name)).toBe(view.getFloat64(address, true));
    else {
      const value = integerAt(address, size, !name.endsWith('_u'));
      expect(run(name)).toBe(results[0] === 'i64' ? value : Number(value));
    }
  });
});

describe('a vector load agrees with its definition:', () => {
  test.each(Object.keys(vectorLoadOpcodes) as LoadOp[])('%s', (name) => {
    const address = sourceAddress + offset;
    const [, bits, count, ending] = /^v128\.load(\d+)?(?:x(\d+))?(?:_(\w+))?$/.exec(name)!;
    const before = bytes.slice();
    const laneBytes = Number(bits ?? 128) / 8;
    let expected = [...bytes.slice(address, address + 16)];
    if (count !== undefined) {
      expected = Array.from({ length: Number(count) }, (_, lane) =>
        bytesOf(integerAt(address + lane * laneBytes, laneBytes, ending === 's'), 2 * laneBytes),
      ).flat();
    } else if (ending === 'splat') expected = expected.map((_, index) => expected[index % laneBytes]!);
    else if (ending === 'zero') expected.fill(0, laneBytes);
    run(name);
    expectWritten(before, targetAddress, expected);
  });
});

describe('a scalar store writes its bytes and no other:', () => {
  test.each(Object.keys(scalarStoreOpcodes) as StoreOp[])('%s', (name) => {
    const { size, operands } = storeEncodings.find(name);
    const before = bytes.slice();
    const expected = new DataView(new ArrayBuffer(8));
    if (operands[1] === 'f32') {
      run(name, -1.1);
      expected.setFloat32(0, -1.1, true);
    } else if (operands[1] === 'f64') {
      run(name, -1.1);
      expected.setFloat64(0, -1.1, true);
    } else {
      const value = 0x8765_4321_89ab_cdefn;
      run(name, operands[1] === 'i64' ? value : Number(BigInt.asIntN(32, value)));
      expected.setBigUint64(0, value, true);
    }
    expectWritten(before, targetAddress + offset, new Uint8Array(expected.buffer, 0, size));
  });
});

test('v128.store writes sixteen bytes', () => {
  const before = bytes.slice();
  run('v128.store');
  expectWritten(before, targetAddress + offset, before.slice(vectorAddress, vectorAddress + 16));
});

describe('a load into a lane keeps the other lanes:', () => {
  test.each(loadLaneEncodings.names())('%s', (name: LoadLaneOp) => {
    const { size } = loadLaneEncodings.find(name);
    for (let lane = 0; lane < 16 / size; lane++) {
      const before = bytes.slice();
      const expected = before.slice(vectorAddress, vectorAddress + 16);
      expected.set(before.slice(sourceAddress + offset, sourceAddress + offset + size), lane * size);
      run(`${name} ${lane}`);
      expectWritten(before, targetAddress, expected);
    }
  });
});

describe('a store of a lane writes that lane:', () => {
  test.each(storeLaneEncodings.names())('%s', (name: StoreLaneOp) => {
    const { size } = storeLaneEncodings.find(name);
    for (let lane = 0; lane < 16 / size; lane++) {
      const before = bytes.slice();
      const start = vectorAddress + lane * size;
      run(`${name} ${lane}`);
      expectWritten(before, targetAddress + offset, before.slice(start, start + size));
    }
  });
});

test('memory is copied from the source to the destination', () => {
  const before = bytes.slice();
  run('memory.copy');
  expectWritten(before, targetAddress, before.slice(sourceAddress, sourceAddress + 7));
});

test('memory is filled with the low byte of the value', () => {
  const before = bytes.slice();
  run('memory.fill');
  expectWritten(before, targetAddress, [0xab, 0xab, 0xab, 0xab, 0xab]);
});

test('an offset may use all 32 bits', () => {
  const far = new ModuleBuilder();
  far.importMemory('host', 'memory', { initial: 1, shared: false });
  far.addFunction('far', { parameters: [], results: ['i32'], exported: true }, (code) =>
    code.i32Const(0).load('i32.load', 0xffff_ffff, 1),
  );
  const instance = new WebAssembly.Instance(new WebAssembly.Module(far.toBytes()), { host: { memory } });
  expect(instance.exports['far']).toThrow(/out of bounds/);
});
