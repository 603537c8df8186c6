// compile: a function of tensors becomes one program for each combination of argument shapes.
import { ValueError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { byteLengthOf, engine, upload } from '../engine/engine.js';
import { lift } from '../engine/lift.js';
import { data } from '../ir/build.js';
import type { DataSource } from '../ir/graph.js';
import type { Program } from '../ir/program.js';
import type { Backend, DeviceBuffer, Executable } from '../runtime/backend.js';
import { sizeOf } from '../base/shape.js';
import { Tensor } from './tensor.js';
import { placeholder, Trace, withTrace } from './trace.js';
import { flatten, rebuild, type TensorTree } from './tree.js';
import type { Variable } from './variable.js';

/** A function of tensors as one program. */
export interface CompiledFunction<Args extends readonly TensorTree[], Result extends TensorTree> {
  /** Runs once: assignments to variables take effect, the result comes back as tensors with values. */
  (...args: Args): Promise<Result>;
  /**
   * Runs `steps` times without coming back to JavaScript in between, with the same arguments; variables carry the state.
   * The result is that of the last step.
   */
  repeat(steps: number, ...args: Args): Promise<Result>;
  /** Gives back the memory of arguments and captured values. The function may be called again. */
  dispose(): void;
}

/** A program for one combination of argument shapes. */
interface Specialization {
  readonly program: Program;
  readonly variables: readonly Variable[];
  readonly updated: readonly Variable[];
  readonly captured: readonly DataSource[];
  readonly result: TensorTree;
  loaded: Loaded | undefined;
}

interface Loaded {
  readonly backend: Backend;
  readonly executable: Executable;
  readonly release: () => void;
  readonly outputs: readonly DeviceBuffer[];
  /** Arguments and captured values that are in the backend's memory already, by position. */
  readonly resident: (Resident | undefined)[];
}

interface Resident {
  readonly array: NDArray;
  readonly buffer: DeviceBuffer;
}

/**
 * Turns a function of tensors into one compiled program. The function runs once for each combination of argument
 * shapes and dtypes, to be traced: what it computes with tensors becomes the program, tensors that it uses from outside
 * are constants of it, and variables that it assigns are updated in place at every call.
 */
export function compile<Args extends readonly TensorTree[], Result extends TensorTree>(
  fn: (...args: Args) => Result,
): CompiledFunction<Args, Result> {
  const specializations = new Map<string, Specialization>();
  // Calls run one after the other, since each reads the state that the one before it wrote.
  let last: Promise<unknown> = Promise.resolve();

  const runSteps = async (steps: number, args: Args): Promise<Result> => {
    const { leaves, structure } = flatten(args, 'compile');
    const key = structure + leaves.map((leaf) => `${leaf.dtype} ${leaf.shape.join()}`).join(';');
    let specialization = specializations.get(key);
    if (!specialization) {
      specialization = specialize(fn, args, leaves);
      specializations.set(key, specialization);
    }
    return (await execute(specialization, leaves, steps)) as Result;
  };
  const repeat = (steps: number, ...args: Args): Promise<Result> => {
    if (!Number.isInteger(steps) || steps < 1)
      return Promise.reject(
        new ValueError(`repeat: expected a whole number of steps of at least 1, received ${steps}.`),
      );
    const run = last.then(() => runSteps(steps, args));
    last = run.catch(() => undefined);
    return run;
  };
  return Object.assign((...args: Args) => repeat(1, ...args), {
    repeat,
    dispose: () => {
      for (const specialization of specializations.values()) unload(specialization);
    },
  });
}

function specialize<Args extends readonly TensorTree[]>(
  fn: (...args: Args) => TensorTree,
  args: Args,
  leaves: readonly Tensor[],
): Specialization {
  const trace = new Trace();
  return withTrace(trace, () => {
    const placeholders = leaves.map((leaf) => placeholder(leaf.shape, leaf.dtype));
    const result = fn(
      ...(rebuild(
        args,
        placeholders.map((node) => new Tensor(node)),
      ) as Args),
    );
    const outputs = flatten(result, 'compile: the result').leaves.map((leaf) => leaf.node);
    const traced = [...trace.variables];
    const updates = traced.flatMap(([, { parameter, current }], position) =>
      current === parameter ? [] : [{ parameter: leaves.length + position, value: current }],
    );
    const declared = [...placeholders, ...traced.map(([, { parameter }]) => parameter)];
    const { program, captured } = lift(outputs, updates, declared, (node) => engine().valueOf(node));
    return {
      program,
      variables: traced.map(([variable]) => variable),
      updated: traced.flatMap(([variable, { parameter, current }]) => (current === parameter ? [] : [variable])),
      captured: captured.map(({ source }) => source),
      result,
      loaded: undefined,
    };
  });
}

async function load(specialization: Specialization): Promise<Loaded> {
  const backend = await engine().backend();
  if (specialization.loaded?.backend === backend) return specialization.loaded;
  unload(specialization);
  const { executable, release } = await engine().load(specialization.program);
  const outputs = specialization.program.outputs.map((node) => backend.allocate(byteLengthOf(node)));
  specialization.loaded = { backend, executable, release, outputs, resident: [] };
  return specialization.loaded;
}

function unload(specialization: Specialization): void {
  const { loaded } = specialization;
  if (!loaded) return;
  for (const buffer of loaded.outputs) loaded.backend.free(buffer);
  for (const resident of loaded.resident) if (resident) loaded.backend.free(resident.buffer);
  loaded.release();
  specialization.loaded = undefined;
}

async function execute(specialization: Specialization, args: readonly Tensor[], steps: number): Promise<TensorTree> {
  const loaded = await load(specialization);
  const { backend, resident } = loaded;
  const place = async (position: number, array: NDArray | Promise<NDArray>): Promise<DeviceBuffer> => {
    const values = await array;
    const known = resident[position];
    if (known?.array === values) return known.buffer;
    if (known && known.buffer.byteLength === values.data.byteLength) {
      backend.write(known.buffer, values.data);
      resident[position] = { array: values, buffer: known.buffer };
      return known.buffer;
    }
    if (known) backend.free(known.buffer);
    const buffer = upload(backend, values);
    resident[position] = { array: values, buffer };
    return buffer;
  };
  const parameters = [
    ...(await Promise.all(args.map((arg, position) => place(position, arg.realize())))),
    ...(await Promise.all(specialization.variables.map((variable) => variable.residence(backend)))),
    ...(await Promise.all(specialization.captured.map(({ array }, position) => place(args.length + position, array)))),
  ];
  const done = loaded.executable.run({ parameters, outputs: loaded.outputs }, steps);
  for (const variable of specialization.updated) variable.changedInPlace();
  const results = specialization.program.outputs.map(async (node, position) => {
    await done;
    const values = await backend.read(loaded.outputs[position]!, node.dtype, sizeOf(node.shape));
    return new Tensor(data({ dtype: node.dtype, shape: node.shape, data: values }));
  });
  await done;
  return rebuild(specialization.result, await Promise.all(results));
}
