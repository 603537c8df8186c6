// Prints the function that runs a program's steps on one of several threads: which chunks of which kernels it calls,
// where it meets the others, and when all of them stop.
import type { FunctionBuilder } from '../encoder/function-builder.js';
import type { FunctionRef, Local } from '../encoder/value-types.js';
import { controlOffsets } from '../../../runtime/control.js';

/** thread, threads, steps: numbers; table, control: addresses. */
export const runFunctionType = { parameters: ['i32', 'i32', 'i32', 'i32', 'i32'], results: [] } as const;

/** A kernel's function and the number of its chunks. */
export interface RunnableKernel {
  readonly ref: FunctionRef;
  readonly chunks: number;
}

/** The chunks of a kernel that this thread runs in every step. */
interface Share {
  readonly kernel: RunnableKernel;
  readonly begin: Local;
  readonly end: Local;
}

/**
 * Writes the body. A run does at least one step, and stops early only where a step ends.
 * @param barrier undefined where memory is not shared: then nothing is atomic, and threads do not wait for each other
 */
export function writeRun(
  code: FunctionBuilder,
  phases: readonly (readonly RunnableKernel[])[],
  barrier: FunctionRef | undefined,
): void {
  const [thread, threads, steps, table, control] = [0, 1, 2, 3, 4].map((index) => code.parameter(index)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const done = code.local('i32');
  const { stop, stepsDone, agreedStop } = controlOffsets;

  const loadControl = (offset: number): void => {
    code.get(control);
    if (barrier === undefined) code.load('i32.load', offset);
    else code.atomic('i32.atomic.load', offset);
  };
  const storeControl = (offset: number, pushValue: () => void): void => {
    code.get(control);
    pushValue();
    if (barrier === undefined) code.store('i32.store', offset);
    else code.atomic('i32.atomic.store', offset);
  };
  const onThread0 = (body: () => void): void => {
    code.get(thread).op('i32.eqz').ifElse(body);
  };
  const meet = (): void => {
    if (barrier === undefined) return;
    code.get(threads).i32Const(1).op('i32.gt_u');
    code.ifElse(() => code.get(control).get(threads).call(barrier));
  };

  code.i32Const(0).set(done);
  onThread0(() => {
    storeControl(stepsDone, () => code.i32Const(0));
    storeControl(agreedStop, () => code.i32Const(0));
  });
  code
    .get(steps)
    .op('i32.eqz')
    .ifElse(() => code.return_());

  const shares = phases
    .filter((kernels) => kernels.length > 0)
    .map((kernels) => writeShares(code, kernels, thread, threads));
  code.loop((again) => {
    shares.forEach((phase, index) => {
      if (index > 0) meet();
      for (const { kernel, begin, end } of phase) {
        code.get(begin).get(end).op('i32.lt_u');
        code.ifElse(() => code.get(begin).get(end).get(table).call(kernel.ref));
      }
    });
    code.get(done).i32Const(1).op('i32.add').set(done);
    // The agreement names its step: a thread that is late to read it may find the one made a step later.
    onThread0(() =>
      storeControl(agreedStop, () => {
        loadControl(stop);
        code.ifElse(
          'i32',
          () => code.get(done),
          () => code.i32Const(0),
        );
      }),
    );
    meet();
    onThread0(() => storeControl(stepsDone, () => code.get(done)));
    loadControl(agreedStop);
    code.get(done).op('i32.ne');
    code.get(done).get(steps).op('i32.ne');
    code.op('i32.and').brIf(again);
  });
}

/**
 * Works out once, for a phase, which chunks of each kernel this thread runs. The chunks of a kernel with at least one
 * for every thread are cut into runs of neighbours; those of the others are dealt out one by one, each kernel going on
 * where the one before ended.
 */
function writeShares(
  code: FunctionBuilder,
  kernels: readonly RunnableKernel[],
  thread: Local,
  threads: Local,
): readonly Share[] {
  /** The thread that gets the next single chunk. */
  const next = code.local('i32');
  code.i32Const(0).set(next);
  const shares = kernels.map((kernel): Share => {
    const { chunks } = kernel;
    const [begin, end] = [code.local('i32'), code.local('i32')];
    code.i32Const(chunks).get(threads).op('i32.lt_u');
    code.ifElse(
      () => {
        code.get(thread).get(threads).op('i32.add').get(next).op('i32.sub');
        code.get(threads).op('i32.rem_u').tee(begin);
        code.get(begin).i32Const(chunks).op('i32.lt_u').op('i32.add').set(end);
        code.get(next).i32Const(chunks).op('i32.add').get(threads).op('i32.rem_u').set(next);
      },
      () => {
        writeBound(code, thread, 0, threads, chunks);
        code.set(begin);
        writeBound(code, thread, 1, threads, chunks);
        code.set(end);
      },
    );
    return { kernel, begin, end };
  });
  code.release(next);
  return shares;
}

/** floor((thread + more) chunks / threads), in 64 bits, as the product may need them. */
function writeBound(code: FunctionBuilder, thread: Local, more: number, threads: Local, chunks: number): void {
  code.get(thread).i32Const(more).op('i32.add').op('i64.extend_i32_u').i64Const(BigInt(chunks)).op('i64.mul');
  code.get(threads).op('i64.extend_i32_u').op('i64.div_u').op('i32.wrap_i64');
}
