// What the rules of the reference backend have in common: a rule studies a node once, when a program is loaded, and
// gives back the loop that computes the node's value at every step.
import type { TypedArray } from '../../base/dtype.js';
import type { NodeOf, OpName } from '../../ir/graph.js';

/**
 * Computes every element of `output` from the inputs, all row-major. What `output` held before is left over from an
 * earlier step. Storing rounds to float32, and takes integers modulo 2^32 or 2^8, as the array's element type has it.
 */
export type Compute = (inputs: readonly TypedArray[], output: TypedArray) => void;

export type Rule<Op extends OpName> = (node: NodeOf<Op>) => Compute;

/** One rule for each of some ops. */
export type RulesFor<Op extends OpName> = { readonly [Name in Op]: Rule<Name> };
