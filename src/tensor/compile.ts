// compile: a function of tensors becomes one program for each combination of argument shapes.
import type { DType } from '../base/dtype.js';
import { ValueError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import type { Profile } from '../base/profile.js';
import type { Shape } from '../base/shape.js';
import { allOf, andThen, attempt, type Soon } from '../base/soon.js';
import type { DeviceValue } from '../engine/device-value.js';
import { engine } from '../engine/engine.js';
import { lift } from '../engine/lift.js';
import type { LoadedProgram } from '../engine/loaded-program.js';
import { DeviceResult } from '../engine/results.js';
import { pendingData } from '../ir/build.js';
import type { DataSource } from '../ir/graph.js';
import type { Program } from '../ir/program.js';
import { Tensor } from './tensor.js';
import { activeTrace, placeholder, Trace, withTrace, type State } from './trace.js';
import { flatten, rebuild, type TensorTree } from './tree.js';

/** A function of tensors as one program. */
export interface CompiledFunction<Args extends readonly TensorTree[], Result extends TensorTree> {
  /** Runs once: assignments to variables take effect, the result comes back as tensors with values. */
  (...args: Args): Promise<Result>;
  /**
   * Runs `steps` times without coming back to JavaScript in between, with the same arguments; variables carry the state.
   * The result is that of the last step.
   */
  repeat(steps: number, ...args: Args): Promise<Result>;
  /**
   * Measures where the time of a run with these arguments goes, kernel by kernel; printed as a string it is a table. It
   * runs on copies: variables stay as they are.
   * @throws StateError on a backend that has no kernels, such as 'reference'
   */
  profile(...args: Args): Promise<Profile>;
  /** Gives back the memory of arguments and captured values. The function may be called again. */
  dispose(): void;
}

/** The program that `compile(fn)` runs for an argument of this shape, traced but not run. */
export function programFor(fn: (x: Tensor) => TensorTree, shape: Shape, dtype: DType): Program {
  const leaves: [x: Tensor] = [new Tensor(placeholder(shape, dtype))];
  return specialize(fn, leaves, leaves).program;
}

/** A program for one combination of argument shapes. */
interface Specialization {
  readonly program: Program;
  readonly variables: readonly State[];
  readonly updated: readonly State[];
  readonly captured: readonly DataSource[];
  readonly result: TensorTree;
  loaded: Loaded | undefined;
}

interface Loaded {
  readonly program: LoadedProgram;
  /** Arguments and captured values that are in the backend's memory already, by position. */
  readonly placed: (Placed | undefined)[];
}

interface Placed {
  readonly array: NDArray;
  readonly value: DeviceValue;
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
  // Calls run one after the other, since each reads the state that the one before it wrote. The last that is under way.
  let last: Promise<unknown> | undefined;

  const specializationFor = (args: Args): { specialization: Specialization; leaves: readonly Tensor[] } => {
    const { leaves, structure } = flatten(args, 'compile');
    const key = structure + leaves.map((leaf) => `${leaf.dtype} ${leaf.shape.join()}`).join(';');
    let specialization = specializations.get(key);
    if (!specialization) {
      specialization = specialize(fn, args, leaves);
      specializations.set(key, specialization);
    }
    return { specialization, leaves };
  };
  const inTurn = <Value>(task: () => Soon<Value>): Promise<Value> => {
    const running = last || activeTrace() ? (last ?? Promise.resolve()).then(task) : attempt(task);
    if (!(running instanceof Promise)) return Promise.resolve(running);
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    last = settled;
    void settled.then(() => {
      if (last === settled) last = undefined;
    });
    return running;
  };
  const repeat = (steps: number, ...args: Args): Promise<Result> => {
    if (!Number.isInteger(steps) || steps < 1)
      return Promise.reject(
        new ValueError(`repeat: expected a whole number of steps of at least 1, received ${steps}.`),
      );
    return inTurn(() => {
      const { specialization, leaves } = specializationFor(args);
      return execute(specialization, leaves, steps) as Soon<Result>;
    });
  };
  return Object.assign((...args: Args) => repeat(1, ...args), {
    repeat,
    profile: (...args: Args) =>
      inTurn(async () => {
        const { specialization, leaves } = specializationFor(args);
        return profile(specialization, leaves);
      }),
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

async function profile({ program, variables, captured }: Specialization, args: readonly Tensor[]): Promise<Profile> {
  const arrays = await Promise.all([
    ...args.map((arg) => arg.realize()),
    ...variables.map((variable) => variable.read()),
    ...captured.map(({ array }) => array),
  ]);
  return engine().profile(program, arrays);
}

function load(specialization: Specialization): Soon<Loaded> {
  const { loaded } = specialization;
  return loaded && loaded.program.backend === engine().readyBackend ? loaded : loadAgain(specialization);
}

async function loadAgain(specialization: Specialization): Promise<Loaded> {
  const backend = await engine().backend();
  if (specialization.loaded?.program.backend === backend) return specialization.loaded;
  unload(specialization);
  const program = await engine().load(specialization.program);
  specialization.loaded = { program, placed: [] };
  return specialization.loaded;
}

function unload(specialization: Specialization): void {
  const { loaded } = specialization;
  if (!loaded) return;
  for (const placed of loaded.placed) placed?.value.free();
  loaded.program.release();
  specialization.loaded = undefined;
}

/** An array where the program can use it; the one of the call before when it is the same, else in its place. */
function place(loaded: Loaded, position: number, array: NDArray): DeviceValue {
  const before = loaded.placed[position];
  if (before?.array.data === array.data) return before.value;
  if (before && before.value.byteLength === array.data.byteLength) {
    before.value.write(array);
    loaded.placed[position] = { array, value: before.value };
    return before.value;
  }
  before?.value.free();
  const value = loaded.program.place(array);
  loaded.placed[position] = { array, value };
  return value;
}

/** Where the values of a tensor come from, once they are computed. */
function sourceOf(tensor: Tensor): Soon<DataSource> {
  const { node } = tensor;
  return node.op === 'data' ? node.attributes.source : tensor.realize().then((array) => ({ array }));
}

function execute(specialization: Specialization, args: readonly Tensor[], steps: number): Soon<TensorTree> {
  return andThen(load(specialization), (loaded) => run(specialization, loaded, args, steps));
}

function run(
  { program, variables, captured, updated, result }: Specialization,
  loaded: Loaded,
  args: readonly Tensor[],
  steps: number,
): Soon<TensorTree> {
  const held: DeviceResult[] = [];
  const release = (): void => {
    for (const source of held) source.release();
  };
  /** Results of other programs are used where they are. */
  const placed = (source: DataSource, position: number): Soon<DeviceValue> => {
    if (source instanceof DeviceResult) {
      const value = source.hold(loaded.program.backend);
      if (value) {
        held.push(source);
        return value;
      }
    }
    return andThen(source.array, (array) => place(loaded, position, array));
  };
  const places = attempt(() =>
    allOf([
      ...args.map((arg, position) => andThen(sourceOf(arg), (source) => placed(source, position))),
      ...variables.map((variable) => variable.placeFor(loaded.program)),
      ...captured.map((source, position) => placed(source, args.length + position)),
    ]),
  );
  if (places instanceof Promise) places.catch(release);
  return andThen(places, (parameters) => {
    const running = loaded.program.run(parameters, steps);
    release();
    for (const variable of updated) variable.changedInPlace();
    return andThen(running, (sources) => {
      const tensors = sources.map((source, position) => {
        const { shape, dtype } = program.outputs[position]!;
        return new Tensor(pendingData(source, shape, dtype));
      });
      return rebuild(result, tensors);
    });
  });
}
