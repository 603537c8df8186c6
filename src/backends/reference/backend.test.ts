import { describe, expect, test } from 'vitest';
import { InternalError, StateError } from '../../base/errors.js';
import { binary, cast, constant, contract, loopAxis, parameter, random, reduce } from '../../ir/build.js';
import type { GraphNode } from '../../ir/graph.js';
import type { Program } from '../../ir/program.js';
import type { GraphBackend } from '../../runtime/backend.js';
import { evaluate } from './evaluate.js';
import { referenceBackend } from './backend.js';

async function createReference(): Promise<GraphBackend> {
  const backend = await referenceBackend.create({ threads: 4 });
  if (backend.kind !== 'graph') throw new Error('the reference backend evaluates graphs');
  return backend;
}

const asParameter = (node: GraphNode): GraphNode<'parameter'> => node as GraphNode<'parameter'>;

/** counter += 1; total += x; outputs total before the step, twice x. */
function countingProgram(): Program {
  const counter = parameter(0, [], 'int32');
  const total = parameter(1, [2], 'float32');
  const x = parameter(2, [2], 'float32');
  return {
    parameters: [counter, total, x].map(asParameter),
    outputs: [total, binary('add', x, x)],
    updates: [
      { parameter: 0, value: binary('add', counter, constant(1, [], 'int32')) },
      { parameter: 1, value: binary('add', total, binary('mul', x, cast(counter, 'float32'))) },
    ],
  };
}

describe('the reference backend', () => {
  test('runs steps that carry state on and see it as it was', async () => {
    const backend = await createReference();
    expect([backend.name, backend.threads, backend.dtypes]).toEqual([
      'reference',
      1,
      ['float32', 'float64', 'int32', 'uint8', 'bool'],
    ]);
    const executable = await backend.load(countingProgram());
    const parameters = [4, 8, 8].map((byteLength) => backend.allocate(byteLength));
    const outputs = [8, 8].map((byteLength) => backend.allocate(byteLength));
    backend.write(parameters[1]!, Float32Array.of(100, 200));
    backend.write(parameters[2]!, Float32Array.of(1, 10));
    await executable.run({ parameters, outputs }, 4);
    expect(await backend.read(parameters[0]!, 'int32', 1)).toEqual(Int32Array.of(4));
    // 0 + 1 + 2 + 3 times x; the output is the state before the last step.
    expect(await backend.read(parameters[1]!, 'float32', 2)).toEqual(Float32Array.of(106, 260));
    expect(await backend.read(outputs[0]!, 'float32', 2)).toEqual(Float32Array.of(103, 230));
    expect(await backend.read(outputs[1]!, 'float32', 2)).toEqual(Float32Array.of(2, 20));
    await backend.close();
  });

  test('states can be swapped, and nothing happens in 0 steps', async () => {
    const backend = await createReference();
    const a = parameter(0, [1], 'float32');
    const b = parameter(1, [1], 'float32');
    const executable = await backend.load({
      parameters: [a, b].map(asParameter),
      outputs: [a],
      updates: [
        { parameter: 0, value: b },
        { parameter: 1, value: a },
      ],
    });
    const parameters = [backend.allocate(4), backend.allocate(4)];
    const outputs = [backend.allocate(4)];
    backend.write(parameters[0]!, Float32Array.of(1));
    backend.write(parameters[1]!, Float32Array.of(2));
    const state = async (): Promise<number[]> =>
      Promise.all([...parameters, ...outputs].map(async (buffer) => (await backend.read(buffer, 'float32', 1))[0]!));
    await executable.run({ parameters, outputs }, 0);
    expect(await state()).toEqual([1, 2, 0]);
    await executable.run({ parameters, outputs }, 3);
    expect(await state()).toEqual([2, 1, 1]);
  });

  test('read gives a copy, write takes one', async () => {
    const backend = await createReference();
    const buffer = backend.allocate(8);
    const values = Int32Array.of(1, 2);
    backend.write(buffer, values);
    values[0] = 9;
    const first = await backend.read(buffer, 'int32', 2);
    first[1] = 9;
    expect(await backend.read(buffer, 'int32', 2)).toEqual(Int32Array.of(1, 2));
    backend.write(buffer, Int32Array.of(7, 8, 9).subarray(1, 2));
    expect(await backend.read(buffer, 'int32', 2)).toEqual(Int32Array.of(8, 2));
  });

  test('what is asked for during a run waits for it, in order', async () => {
    const backend = await createReference();
    const executable = await backend.load(countingProgram());
    const parameters = [4, 8, 8].map((byteLength) => backend.allocate(byteLength));
    const outputs = [8, 8].map((byteLength) => backend.allocate(byteLength));
    backend.write(parameters[2]!, Float32Array.of(1, 1));
    const firstRun = executable.run({ parameters, outputs }, 3);
    const seenBefore = backend.read(parameters[1]!, 'float32', 1);
    const replacement = Float32Array.of(50, 50);
    backend.write(parameters[1]!, replacement);
    replacement.fill(0);
    const seenAfter = backend.read(parameters[1]!, 'float32', 1);
    const secondRun = executable.run({ parameters, outputs }, 1);
    const seenLast = backend.read(parameters[1]!, 'float32', 1);
    backend.free(parameters[1]!);
    expect((await seenBefore)[0]).toBe(3);
    expect((await seenAfter)[0]).toBe(50);
    expect((await seenLast)[0]).toBe(53);
    await Promise.all([firstRun, secondRun]);
    await expect(backend.read(parameters[1]!, 'float32', 1)).rejects.toThrow(InternalError);
  });

  test('timers have their turn during a long run', async () => {
    const backend = await createReference();
    const weights = parameter(0, [200, 200], 'float32');
    const product = contract(weights, weights, {
      loops: [200, 200, 200],
      outputRank: 2,
      a: [loopAxis(0), loopAxis(2)],
      b: [loopAxis(2), loopAxis(1)],
    });
    const executable = await backend.load({
      parameters: [asParameter(weights)],
      outputs: [],
      updates: [{ parameter: 0, value: binary('mul', product, constant(0.5, [], 'float32')) }],
    });
    const state = backend.allocate(200 * 200 * 4);
    let running = false;
    let timesSeenRunning = 0;
    const timer = setInterval(() => (timesSeenRunning += Number(running)), 0);
    // The faster the machine, the more steps are a long run.
    for (let steps = 40; timesSeenRunning === 0 && steps < 5000; steps *= 2) {
      running = true;
      await executable.run({ parameters: [state], outputs: [] }, steps);
      running = false;
    }
    clearInterval(timer);
    expect(timesSeenRunning).toBeGreaterThan(0);
  });

  test('refuses operands that do not fit the program', async () => {
    const backend = await createReference();
    const executable = await backend.load(countingProgram());
    const parameters = [4, 8, 8].map((byteLength) => backend.allocate(byteLength));
    const outputs = [8, 8].map((byteLength) => backend.allocate(byteLength));
    await expect(executable.run({ parameters: parameters.slice(1), outputs }, 1)).rejects.toThrow('3 parameters');
    await expect(executable.run({ parameters, outputs: [outputs[0]!, backend.allocate(4)] }, 1)).rejects.toThrow(
      '2 elements of float32 need 8 bytes, the buffer has 4',
    );
    await expect(executable.run({ parameters, outputs: [outputs[0]!, { byteLength: 8 }] }, 1)).rejects.toThrow(
      'output 1 (float32 [2]): expected a buffer that this backend allocated',
    );
    expect(() => backend.write(outputs[0]!, new Float32Array(3))).toThrow(InternalError);
    // A run that failed stands in nobody's way.
    await executable.run({ parameters, outputs }, 1);
    expect(await backend.read(parameters[0]!, 'int32', 1)).toEqual(Int32Array.of(1));
  });

  test('runs nothing that was disposed of, and nothing when closed', async () => {
    const backend = await createReference();
    const executable = await backend.load(countingProgram());
    const another = await backend.load(countingProgram());
    const operands = {
      parameters: [4, 8, 8].map((byteLength) => backend.allocate(byteLength)),
      outputs: [8, 8].map((byteLength) => backend.allocate(byteLength)),
    };
    executable.dispose();
    await expect(executable.run(operands, 1)).rejects.toThrow(StateError);
    const lastRun = another.run(operands, 2);
    await backend.close();
    await lastRun;
    await expect(another.run(operands, 1)).rejects.toThrow(StateError);
    expect(() => backend.allocate(4)).toThrow(StateError);
  });

  test('refuses a program that refers to what it does not have', async () => {
    const backend = await createReference();
    const program = { parameters: [], outputs: [parameter(0, [], 'float32')], updates: [] };
    await expect(backend.load(program)).rejects.toThrow(InternalError);
  });
});

describe('evaluate', () => {
  test('arrays that are used again never mix values up', () => {
    // A deep diamond: every level needs the one before twice, and all have one length.
    const x = parameter(0, [3], 'float64');
    let node: GraphNode = x;
    for (let level = 0; level < 6; level++) {
      const one = binary('add', node, constant(1, [3], 'float64'));
      const two = binary('mul', node, constant(2, [3], 'float64'));
      node = binary('sub', binary('add', one, two), binary('mul', one, constant(2, [3], 'float64')));
    }
    // x + 1 + 2x - 2(x + 1) = x - 1 at each level.
    const [last, sum, again] = evaluate(
      [node, reduce('sum', node, [0]), node],
      [{ dtype: 'float64', shape: [3], data: Float64Array.of(10, 20, 30) }],
    );
    expect([...last!.data]).toEqual([4, 14, 24]);
    expect([...sum!.data]).toEqual([42]);
    expect([...again!.data]).toEqual([4, 14, 24]);
  });

  test('random numbers change with the counter alone', () => {
    const counter = parameter(0, [], 'int32');
    const uniforms = random([5], 1, 2, counter);
    const at = (value: number): number[] => [
      ...evaluate([uniforms], [{ dtype: 'int32', shape: [], data: Int32Array.of(value) }])[0]!.data,
    ];
    expect(at(3)).toEqual(at(3));
    expect(at(3)).not.toEqual(at(4));
  });

  test('a missing or wrong parameter is named', () => {
    const x = parameter(1, [2], 'float32');
    expect(() => evaluate([x], [])).toThrow('expected float32 [2] as parameter 1, received nothing');
    const wrong = { dtype: 'int32', shape: [2], data: Int32Array.of(1, 2) } as const;
    expect(() => evaluate([x], [wrong, wrong])).toThrow('received int32 [2]');
  });
});
