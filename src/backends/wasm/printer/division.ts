// Prints the division of integers, which WebAssembly's own instruction would answer with a trap in two cases.
import type { ModuleBuilder } from '../encoder/module-builder.js';
import type { FunctionRef } from '../encoder/value-types.js';

/** Adds the function (a, b) that truncates a / b: 0 where b is 0, and the smallest i32 divided by -1 is itself. */
export function addDivision(module: ModuleBuilder): FunctionRef {
  return module.addFunction('divide', { parameters: ['i32', 'i32'], results: ['i32'] }, (code) => {
    const [a, b] = [code.parameter(0), code.parameter(1)];
    // b is -1, 0 or another divisor: b + 1 is then 0, 1 or more.
    code.get(b).i32Const(1).op('i32.add').i32Const(2).op('i32.lt_u');
    code.ifElse(
      'i32',
      () => code.get(a).get(b).op('i32.mul'),
      () => code.get(a).get(b).op('i32.div_s'),
    );
  });
}

/** Whether dividing by this known number never traps. */
export function isSafeDivisor(divisor: number): boolean {
  return divisor !== 0 && divisor !== -1;
}
