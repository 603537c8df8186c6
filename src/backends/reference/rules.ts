// All of the reference backend's rules: one for every op, completed by the compiler.
import type { NodeOf, OpName } from '../../ir/graph.js';
import { contractRules } from './contract.js';
import { elementwiseRules } from './elementwise.js';
import { gatherRules } from './gather.js';
import { movementRules } from './movement.js';
import { reduceRules } from './reduce.js';
import type { Compute, RulesFor } from './rule.js';
import { sourceRules } from './source.js';
import { windowRules } from './windows.js';

/** Every op but `parameter`, whose values the caller brings. */
export type ComputedOp = Exclude<OpName, 'parameter'>;

const rules: RulesFor<ComputedOp> = {
  ...sourceRules,
  ...elementwiseRules,
  ...reduceRules,
  ...contractRules,
  ...movementRules,
  ...windowRules,
  ...gatherRules,
};

/** The loop that computes `node` from its inputs. */
export function ruleOf<Op extends ComputedOp>(node: NodeOf<Op>): Compute {
  return rules[node.op](node);
}
