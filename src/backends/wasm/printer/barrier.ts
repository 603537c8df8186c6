// Prints the barrier at which threads meet between phases. They spin for a while, as most waits are short, then sleep.
//
// The last thread to arrive opens the barrier by raising its generation. It wakes others only if some are asleep: a
// thread counts itself as sleeping before it compares the generation again, in `wait`, so that it is either counted by
// the thread that raises the generation or sees that it was raised.
import type { ModuleBuilder } from '../encoder/module-builder.js';
import type { FunctionRef } from '../encoder/value-types.js';
import { controlOffsets } from '../../../runtime/control.js';

/**
 * Looks at the generation before a thread goes to sleep: about 100 microseconds, longer than threads that share out a
 * phase evenly are apart, and far shorter than what an operating system takes to let another process run.
 */
const spins = 100_000;
/** What one sleeping thread adds to the count of arrivals. */
const sleeper = 0x10000;
const sleeperBits = 16;
const everybody = 0x7fffffff;

/** Adds the function (control, threads) that returns once `threads` threads have called it. */
export function addBarrier(module: ModuleBuilder): FunctionRef {
  return module.addFunction('barrier', { parameters: ['i32', 'i32'], results: [] }, (code) => {
    const { arrivals, generation } = controlOffsets;
    const [control, threads] = [code.parameter(0), code.parameter(1)];
    const before = code.local('i32');
    const spinsLeft = code.local('i32');
    code.get(control).atomic('i32.atomic.load', generation).set(before);
    code.get(control).i32Const(1).atomic('i32.atomic.rmw.add', arrivals);
    code
      .i32Const(sleeper - 1)
      .op('i32.and')
      .i32Const(1)
      .op('i32.add');
    code
      .get(threads)
      .op('i32.eq')
      .ifElse(() => {
        code.get(control).get(threads).atomic('i32.atomic.rmw.sub', arrivals).drop();
        code.get(control).get(before).i32Const(1).op('i32.add').atomic('i32.atomic.store', generation);
        code.get(control).atomic('i32.atomic.load', arrivals).i32Const(sleeperBits).op('i32.shr_u');
        code.ifElse(() => {
          code.get(control).i32Const(everybody).atomic('memory.atomic.notify', generation).drop();
        });
        code.return_();
      });

    code.i32Const(spins).set(spinsLeft);
    code.loop((again) => {
      code.get(control).atomic('i32.atomic.load', generation).get(before).op('i32.ne');
      code.ifElse(() => code.return_());
      code.get(spinsLeft).i32Const(1).op('i32.sub').tee(spinsLeft).brIf(again);
    });

    code.get(control).i32Const(sleeper).atomic('i32.atomic.rmw.add', arrivals).drop();
    code.loop((again) => {
      code.get(control).get(before).i64Const(-1n).atomic('memory.atomic.wait32', generation).drop();
      code.get(control).atomic('i32.atomic.load', generation).get(before).op('i32.eq').brIf(again);
    });
    code.get(control).i32Const(sleeper).atomic('i32.atomic.rmw.sub', arrivals).drop();
  });
}
