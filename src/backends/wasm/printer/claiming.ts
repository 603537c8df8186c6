// Prints how threads share a phase's pieces: claiming one, waiting for the end of a phase, opening the next one. The
// protocol, and why it is right, is in src/runtime/control.ts.
import { controlOffsets, counterOffset, epochsBeforeWrap, finishedEpoch } from '../../../runtime/control.js';
import type { FunctionBuilder } from '../encoder/function-builder.js';
import type { ModuleBuilder } from '../encoder/module-builder.js';
import type { FunctionRef, Local } from '../encoder/value-types.js';

/**
 * Looks at the epoch before a thread goes to sleep: about 100 microseconds, longer than threads that share out a phase
 * evenly are apart, and far shorter than what an operating system takes to let another process run.
 */
const spins = 100_000;
const everybody = 0x7fffffff;
const epochShift = 32n;

/** What no claim gives: the owner has no piece left. */
export const noPiece = -1;

/**
 * Adds the function (counter, epoch, pieces) -> number that claims one of an owner's pieces, given the address of the
 * owner's counter and the number of its pieces: the number among them of the piece, or `noPiece`.
 */
export function addClaim(module: ModuleBuilder): FunctionRef {
  return module.addFunction('claim', { parameters: ['i32', 'i32', 'i32'], results: ['i32'] }, (code) => {
    const [counter, epoch, pieces] = [code.parameter(0), code.parameter(1), code.parameter(2)];
    const before = code.local('i64');
    const claimed = code.local('i32');
    code.loop((again) => {
      code.get(counter).atomic('i64.atomic.load').tee(before);
      code.i64Const(epochShift).op('i64.shr_u').op('i32.wrap_i64').get(epoch).op('i32.ne');
      code.ifElse(() => code.i32Const(noPiece).return_());
      code.get(before).op('i32.wrap_i64').tee(claimed).get(pieces).op('i32.ge_u');
      code.ifElse(() => code.i32Const(noPiece).return_());
      code.get(counter).get(before).get(before).i64Const(1n).op('i64.add').atomic('i64.atomic.rmw.cmpxchg');
      code.get(before).op('i64.ne').brIf(again);
    });
    code.get(claimed);
  });
}

/** Pushes the address of a thread's counter. */
export function pushCounter(code: FunctionBuilder, control: Local, thread: Local): void {
  code
    .get(thread)
    .i32Const(counterOffset(1) - counterOffset(0))
    .op('i32.mul')
    .get(control)
    .op('i32.add');
  code.i32Const(counterOffset(0)).op('i32.add');
}

/** Adds the function (control, epoch) that returns once the epoch is another. */
export function addWait(module: ModuleBuilder): FunctionRef {
  return module.addFunction('wait', { parameters: ['i32', 'i32'], results: [] }, (code) => {
    const [control, epoch] = [code.parameter(0), code.parameter(1)];
    const spinsLeft = code.local('i32');
    const pushIsOver = (): void => {
      code.get(control).atomic('i32.atomic.load', controlOffsets.epoch).get(epoch).op('i32.ne');
    };
    code.i32Const(spins).set(spinsLeft);
    code.loop((again) => {
      pushIsOver();
      code.ifElse(() => code.return_());
      code.get(spinsLeft).i32Const(1).op('i32.sub').tee(spinsLeft).brIf(again);
    });
    code.get(control).i32Const(1).atomic('i32.atomic.rmw.add', controlOffsets.sleepers).drop();
    code.loop((again) => {
      code.get(control).get(epoch).i64Const(-1n).atomic('memory.atomic.wait32', controlOffsets.epoch).drop();
      pushIsOver();
      code.op('i32.eqz').brIf(again);
    });
    code.get(control).i32Const(1).atomic('i32.atomic.rmw.sub', controlOffsets.sleepers).drop();
  });
}

/**
 * Adds the function (control, threads, steps, epoch, endsStep) that opens the epoch after `epoch`, all of whose pieces
 * are done, or ends the run.
 * @param phases of a step
 */
export function addAdvance(module: ModuleBuilder, phases: number): FunctionRef {
  const parameters = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;
  return module.addFunction('advance', { parameters, results: [] }, (code) => {
    const [control, threads, steps] = [code.parameter(0), code.parameter(1), code.parameter(2)];
    const [epoch, endsStep] = [code.parameter(3), code.parameter(4)];
    const next = code.local('i32');
    const stepsDone = code.local('i32');
    const thread = code.local('i32');
    const storeEpoch = (pushEpoch: () => void): void => {
      code.get(control);
      pushEpoch();
      code.atomic('i32.atomic.store', controlOffsets.epoch);
      code.get(control).atomic('i32.atomic.load', controlOffsets.sleepers);
      code.ifElse(() => {
        code.get(control).i32Const(everybody).atomic('memory.atomic.notify', controlOffsets.epoch).drop();
      });
    };

    code.get(epoch).i32Const(1).op('i32.add').set(next);
    code.get(endsStep).ifElse(() => {
      code.get(control).atomic('i32.atomic.load', controlOffsets.stepsDone).i32Const(1).op('i32.add').set(stepsDone);
      code.get(control).get(stepsDone).atomic('i32.atomic.store', controlOffsets.stepsDone);
      code.get(stepsDone).get(steps).op('i32.eq');
      code.get(control).atomic('i32.atomic.load', controlOffsets.stop);
      code.op('i32.or').ifElse(() => {
        storeEpoch(() => code.i32Const(finishedEpoch));
        code.return_();
      });
      code.get(next).i32Const(epochsBeforeWrap(phases)).op('i32.eq');
      code.ifElse(() => code.i32Const(0).set(next));
    });
    code.get(control).i32Const(0).atomic('i32.atomic.store', controlOffsets.done);
    code.i32Const(0).set(thread);
    code.loop((again) => {
      pushCounter(code, control, thread);
      code.get(next).op('i64.extend_i32_u').i64Const(epochShift).op('i64.shl').atomic('i64.atomic.store');
      code.get(thread).i32Const(1).op('i32.add').tee(thread).get(threads).op('i32.lt_u').brIf(again);
    });
    storeEpoch(() => code.get(next));
  });
}
