// Prints the functions that run a program's steps on one of several threads: which pieces of which kernels it claims in
// each phase, and when it goes on to the next.
import { controlOffsets, finishedEpoch } from '../../../runtime/control.js';
import { piecesOf, type KernelPieces, type PhasePieces, type Work } from '../../../runtime/pieces.js';
import type { FunctionBuilder } from '../encoder/function-builder.js';
import type { ModuleBuilder } from '../encoder/module-builder.js';
import type { FunctionRef, Label, Local } from '../encoder/value-types.js';
import { addAdvance, addClaim, addWait, pushCounter } from './claiming.js';

/** A kernel's function and its work. */
export interface RunnableKernel extends Work {
  readonly ref: FunctionRef;
}

/** A phase that threads share: the function (thread, threads, epoch, table, control) -> pieces finished, and their sum. */
interface SharedPhase {
  readonly ref: FunctionRef;
  readonly pieces: number;
}

/** thread, threads, steps: numbers; table, control: addresses. */
const runFunctionType = { parameters: ['i32', 'i32', 'i32', 'i32', 'i32'], results: [] } as const;

/**
 * Adds and exports the function `run`. A run does at least one step, if it is to do any, and stops early only where a
 * step ends.
 * @param tableBytes from a thread's table to the next one's
 * @param shared whether memory is shared; if not, there is one thread, and nothing is atomic
 */
export function addRun(
  module: ModuleBuilder,
  phasesAsPlanned: readonly (readonly RunnableKernel[])[],
  tableBytes: number,
  shared: boolean,
): void {
  const phases = phasesAsPlanned.filter((kernels) => kernels.length > 0);
  const writeShared = shared && phases.length > 0 ? addSharedPhases(module, phases) : undefined;
  module.addFunction('run', { ...runFunctionType, exported: true }, (code) => {
    if (writeShared !== undefined) {
      code.get(code.parameter(1)).i32Const(1).op('i32.gt_u');
      code.ifElse(() => {
        const [thread, table] = [code.parameter(0), code.parameter(3)];
        code.get(table).get(thread).i32Const(tableBytes).op('i32.mul').op('i32.add').set(table);
        writeShared(code);
        code.return_();
      });
    }
    writeAlone(code, phases, shared);
  });
}

/** Writes the steps of the only thread, which calls every kernel for all its chunks. */
function writeAlone(code: FunctionBuilder, phases: readonly (readonly RunnableKernel[])[], shared: boolean): void {
  const [steps, table, control] = [code.parameter(2), code.parameter(3), code.parameter(4)];
  const stepsDone = code.local('i32');
  const storeStepsDone = (): void => {
    code.get(control).get(stepsDone);
    if (shared) code.atomic('i32.atomic.store', controlOffsets.stepsDone);
    else code.store('i32.store', controlOffsets.stepsDone);
  };
  const pushStop = (): void => {
    code.get(control);
    if (shared) code.atomic('i32.atomic.load', controlOffsets.stop);
    else code.load('i32.load', controlOffsets.stop);
  };

  code.i32Const(0).set(stepsDone);
  storeStepsDone();
  code
    .get(steps)
    .op('i32.eqz')
    .ifElse(() => code.return_());
  code.loop((again) => {
    for (const { ref, chunks } of phases.flat()) code.i32Const(0).i32Const(chunks).get(table).call(ref);
    code.get(stepsDone).i32Const(1).op('i32.add').set(stepsDone);
    storeStepsDone();
    pushStop();
    code.op('i32.eqz').get(stepsDone).get(steps).op('i32.ne').op('i32.and').brIf(again);
  });
}

/** Adds what several threads need, and gives what writes the part of `run` that is theirs. */
function addSharedPhases(
  module: ModuleBuilder,
  phases: readonly (readonly RunnableKernel[])[],
): (code: FunctionBuilder) => void {
  const claim = addClaim(module);
  const wait = addWait(module);
  const advance = addAdvance(module, phases.length);
  const sharedPhases = phases.map((kernels, index) => addPhase(module, `phase${index}`, piecesOf(kernels), claim));
  return (code) => writeTogether(code, sharedPhases, wait, advance);
}

/**
 * Writes the steps of one of several threads: it takes part in the phase of the epoch under way, whichever that is,
 * until the run is over.
 */
function writeTogether(
  code: FunctionBuilder,
  phases: readonly SharedPhase[],
  wait: FunctionRef,
  advance: FunctionRef,
): void {
  const [thread, threads, steps] = [code.parameter(0), code.parameter(1), code.parameter(2)];
  const [table, control] = [code.parameter(3), code.parameter(4)];
  const epoch = code.local('i32');
  const phase = code.local('i32');
  const finished = code.local('i32');
  const pieces = code.local('i32');
  code
    .get(steps)
    .op('i32.eqz')
    .ifElse(() => code.return_());
  code.loop((again) => {
    code.get(control).atomic('i32.atomic.load', controlOffsets.epoch).tee(epoch).i32Const(finishedEpoch).op('i32.eq');
    code.ifElse(() => code.return_());
    code.get(epoch).i32Const(phases.length).op('i32.rem_u').set(phase);
    writeSwitch(code, phase, phases, ({ ref, pieces: count }) => {
      code.get(thread).get(threads).get(epoch).get(table).get(control).call(ref).set(finished);
      code.i32Const(count).set(pieces);
    });
    code.get(finished).ifElse(() => {
      code.get(control).get(finished).atomic('i32.atomic.rmw.add', controlOffsets.done);
      code.get(finished).op('i32.add').get(pieces).op('i32.eq');
      code.ifElse(() => {
        code.get(control).get(threads).get(steps).get(epoch);
        code
          .get(phase)
          .i32Const(phases.length - 1)
          .op('i32.eq');
        code.call(advance).br(again);
      });
    });
    code.get(control).get(epoch).call(wait).br(again);
  });
  code.unreachable();
}

/** Writes a branch to the case of the item that `index` numbers. */
function writeSwitch<Item>(
  code: FunctionBuilder,
  index: Local,
  items: readonly Item[],
  writeCase: (item: Item) => void,
): void {
  code.block((end) => {
    // Each case follows the block that its label leaves, the first one's innermost.
    const writeCases = (count: number, labels: readonly Label[]): void => {
      if (count === 0) {
        code.get(index).brTable(labels, labels[0]!);
        return;
      }
      code.block((label) => writeCases(count - 1, [label, ...labels]));
      writeCase(items[count - 1]!);
      code.br(end);
    };
    writeCases(items.length, []);
  });
}

/**
 * Adds the function that does a thread's part of a phase: its own pieces, then those of the others that nobody has
 * claimed. It gives the number of pieces that it did.
 */
function addPhase(
  module: ModuleBuilder,
  name: string,
  pieces: PhasePieces<RunnableKernel>,
  claim: FunctionRef,
): SharedPhase {
  const type = { parameters: ['i32', 'i32', 'i32', 'i32', 'i32'], results: ['i32'] } as const;
  const ref = module.addFunction(name, type, (code) => {
    const [thread, threads, epoch] = [code.parameter(0), code.parameter(1), code.parameter(2)];
    const [table, control] = [code.parameter(3), code.parameter(4)];
    const owner = code.local('i32');
    const [begin, end] = [code.local('i32'), code.local('i32')];
    const counter = code.local('i32');
    const piece = code.local('i32');
    const finished = code.local('i32');
    const pushBound = (): void => {
      code.i32Const(pieces.count).op('i32.mul').get(threads).op('i32.div_u');
    };
    code.get(thread).set(owner);
    code.loop((nextOwner) => {
      code.get(owner);
      pushBound();
      code.set(begin);
      code.get(owner).i32Const(1).op('i32.add');
      pushBound();
      code.set(end);
      pushCounter(code, control, owner);
      code.set(counter);
      code.block((noneLeft) => {
        code.loop((nextPiece) => {
          code.get(counter).get(epoch).get(end).get(begin).op('i32.sub').call(claim).tee(piece);
          code.i32Const(0).op('i32.lt_s').brIf(noneLeft);
          code.get(piece).get(begin).op('i32.add').set(piece);
          writePiece(code, pieces.kernels, piece, table);
          code.get(finished).i32Const(1).op('i32.add').set(finished);
          code.br(nextPiece);
        });
      });
      code.get(owner).i32Const(1).op('i32.add').set(owner);
      code.i32Const(0).get(owner).get(owner).get(threads).op('i32.eq').select().tee(owner);
      code.get(thread).op('i32.ne').brIf(nextOwner);
    });
    code.get(finished);
  });
  return { ref, pieces: pieces.count };
}

/** Calls the kernel that `piece` belongs to for the chunks of that piece. */
function writePiece(
  code: FunctionBuilder,
  kernels: readonly KernelPieces<RunnableKernel>[],
  piece: Local,
  table: Local,
): void {
  code.block((end) => {
    kernels.forEach((pieces, index) => {
      if (index === kernels.length - 1) {
        writeCall(code, pieces, piece, table);
        return;
      }
      code
        .get(piece)
        .i32Const(pieces.first + pieces.count)
        .op('i32.lt_u');
      code.ifElse(() => {
        writeCall(code, pieces, piece, table);
        code.br(end);
      });
    });
  });
}

function writeCall(
  code: FunctionBuilder,
  { kernel, first, count, grain }: KernelPieces<RunnableKernel>,
  piece: Local,
  table: Local,
): void {
  if (count === 1) {
    code.i32Const(0).i32Const(kernel.chunks).get(table).call(kernel.ref);
    return;
  }
  const begin = code.local('i32');
  const end = code.local('i32');
  code.get(piece).i32Const(first).op('i32.sub').i32Const(grain).op('i32.mul').tee(begin);
  code.get(begin).i32Const(grain).op('i32.add').set(end);
  if (kernel.chunks % grain === 0) code.get(end);
  else {
    code.get(end).i32Const(kernel.chunks);
    code.get(end).i32Const(kernel.chunks).op('i32.lt_u').select();
  }
  code.get(table).call(kernel.ref);
  code.release(begin).release(end);
}
