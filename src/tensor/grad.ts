// Gradients of a user's function.
import { ValueError } from '../base/errors.js';
import { gradients } from '../autodiff/gradients.js';
import { makeNode } from '../ir/graph.js';
import { Tensor } from './tensor.js';
import type { Variable } from './variable.js';

function checkScalar(value: unknown, what: string): asserts value is Tensor {
  if (!(value instanceof Tensor))
    throw new ValueError(`${what}: expected a function that returns a scalar tensor, received ${String(value)}.`);
}

/**
 * The function that returns the value of `fn` and its gradients with respect to each argument. `fn` takes float tensors
 * and returns a scalar. Gradients are tensors like any other: they can be differentiated again.
 */
export function valueAndGrad(fn: (...args: Tensor[]) => Tensor): (...args: Tensor[]) => [Tensor, Tensor[]] {
  return (...args) => {
    // Nodes of their own, so that a value that is also used from outside is not differentiated there. No op looks through
    // a permutation to what it permutes, as one reshape does through another.
    const inputs = args.map((arg) => {
      const axes = arg.shape.map((_, axis) => axis);
      return new Tensor(makeNode('permute', [arg.node], { axes }, arg.shape, arg.dtype));
    });
    const value = fn(...inputs);
    checkScalar(value, 'valueAndGrad');
    const parts = gradients(
      value.node,
      inputs.map((input) => input.node),
    );
    return [value, parts.map((part) => new Tensor(part))];
  };
}

/** The function that returns the gradients of `fn` with respect to each argument; the gradient itself if there is one argument. */
export function grad(fn: (x: Tensor) => Tensor): (x: Tensor) => Tensor;
export function grad(fn: (...args: Tensor[]) => Tensor): (...args: Tensor[]) => Tensor[];
export function grad(fn: (...args: Tensor[]) => Tensor): (...args: Tensor[]) => Tensor | Tensor[] {
  const both = valueAndGrad(fn);
  return (...args) => {
    const [, parts] = both(...args);
    return args.length === 1 ? parts[0]! : parts;
  };
}

/** The value of `fn` and its gradients with respect to the present values of `variables`. */
export function variableGradients(
  fn: () => Tensor,
  variables: readonly Variable[],
): { value: Tensor; gradients: Tensor[] } {
  const inputs = variables.map((variable) => variable.value.node);
  const value = fn();
  checkScalar(value, 'variableGradients');
  return { value, gradients: gradients(value.node, inputs).map((part) => new Tensor(part)) };
}
