// Flattens nested arrays and records of tensors and builds them again: what compiled functions take and return.
import { ValueError } from '../base/errors.js';
import { Tensor } from './tensor.js';

/** A tensor, or arrays and records of them to any depth; undefined for nothing. */
export type TensorTree = Tensor | undefined | void | readonly TensorTree[] | { readonly [key: string]: TensorTree };

/** The tensors of a tree in order, and its structure as text. */
export function flatten(tree: TensorTree, what: string): { leaves: Tensor[]; structure: string } {
  const leaves: Tensor[] = [];
  const visit = (node: TensorTree): string => {
    if (node === undefined) return 'u';
    if (node instanceof Tensor) {
      leaves.push(node);
      return '*';
    }
    if (Array.isArray(node)) return `[${(node as readonly TensorTree[]).map(visit).join()}]`;
    if (typeof node === 'object' && Object.getPrototypeOf(node) === Object.prototype)
      return `{${Object.entries(node)
        .map(([key, value]) => `${JSON.stringify(key)}:${visit(value)}`)
        .join()}}`;
    throw new ValueError(`${what}: expected tensors, or arrays and plain objects of them, received ${typeof node}.`);
  };
  return { structure: visit(tree), leaves };
}

/** A tree of the shape of `like` with `leaves` in place of its tensors. */
export function rebuild(like: TensorTree, leaves: readonly Tensor[]): TensorTree {
  let next = 0;
  const visit = (node: TensorTree): TensorTree => {
    if (node === undefined) return undefined;
    if (node instanceof Tensor) return leaves[next++]!;
    if (Array.isArray(node)) return (node as readonly TensorTree[]).map(visit);
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]));
  };
  return visit(like);
}
