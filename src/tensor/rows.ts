// Picks rows of a lazy tensor without computing the others: what can be computed row by row is computed for the picked
// rows alone, from the rows of the arrays it begins with; what cannot is computed once, before.
import { ShapeError } from '../base/errors.js';
import { sameShape, type Shape } from '../base/shape.js';
import { engine } from '../engine/engine.js';
import {
  binary,
  broadcastTo,
  cast,
  concat,
  constant,
  gather,
  iota,
  pad,
  permute,
  reshape,
  slice,
} from '../ir/build.js';
import { makeNode, type GraphNode, type NodeOf, type OpName } from '../ir/graph.js';
import { Tensor } from './tensor.js';
import { viewOfValues } from './values.js';

/** A tensor [N, ...rest] of which batches are picked. */
export interface RowSource {
  /** N. */
  readonly length: number;
  /** The shape of one row. */
  readonly rowShape: Shape;
  /** The rows at `indices`, int32 [B] of 0 to N - 1: [B, ...rest]. Called while a function is traced, or outside. */
  rows(indices: Tensor): Tensor;
}

/** Given int32 [B], the rows of one node. */
type Pick = (indices: GraphNode) => GraphNode;

/**
 * Prepares `x` [N, ...rest] for picking rows. Elementwise operations, casts, broadcasts, slices and everything else that
 * leaves rows apart is put off until rows are picked, so that bytes stay bytes; a sum over all rows, a product with a
 * matrix or a random draw is computed here.
 * @throws ShapeError for a scalar
 */
export async function rowSource(x: Tensor): Promise<RowSource> {
  const { node } = x;
  if (node.shape.length === 0) throw new ShapeError('rowSource: expected at least one axis, received a scalar.');
  const missing: GraphNode[] = [];
  const pick = planner(missing)(node);
  if (missing.length > 0) await engine().evaluate(missing);
  return {
    length: node.shape[0]!,
    rowShape: node.shape.slice(1),
    rows: (indices) => new Tensor(pick(indices.node)),
  };
}

/** Plans how to pick rows; adds to `missing` what has to be computed before. */
function planner(missing: GraphNode[]): (node: GraphNode) => Pick {
  const plans = new Map<GraphNode, Pick>();
  const plan = (node: GraphNode): Pick => {
    let made = plans.get(node);
    if (!made) {
      made = once(hasValues(node) ? leaf(node) : (byRows(node, plan, whole) ?? leaf(compute(node))));
      plans.set(node, made);
    }
    return made;
  };
  const compute = (node: GraphNode): GraphNode => {
    const view = viewOfValues(node);
    if (view) return view;
    missing.push(node);
    return node;
  };
  /** A node that is used whole: it stays in the program where it costs nothing to compute there. */
  const whole = (node: GraphNode): GraphNode => (isFree(node) ? node : compute(node));
  return plan;
}

/** Two uses of one node pick its rows once. */
function once(pick: Pick): Pick {
  const picked = new WeakMap<GraphNode, GraphNode>();
  return (indices) => {
    let result = picked.get(indices);
    if (!result) {
      result = pick(indices);
      picked.set(indices, result);
    }
    return result;
  };
}

const leaf =
  (node: GraphNode): Pick =>
  (indices) =>
    gather(node, indices);

function hasValues(node: GraphNode): boolean {
  return node.op === 'data' || engine().valueOf(node) !== undefined;
}

/** Whether a program can hold the node at no cost: values, constants, and views of them. */
function isFree(node: GraphNode): boolean {
  if (hasValues(node) || node.op === 'constant' || node.op === 'iota') return true;
  return ['reshape', 'broadcast', 'cast'].includes(node.op) && isFree(node.inputs[0]!);
}

/** How rows of `node` are made from rows of its inputs; undefined if a row needs more than the same row of them. */
function byRows(
  node: GraphNode,
  plan: (node: GraphNode) => Pick,
  whole: (node: GraphNode) => GraphNode,
): Pick | undefined {
  const { shape, dtype } = node;
  const rows = shape[0];
  if (rows === undefined) return undefined;
  const rest = shape.slice(1);
  const batch = (indices: GraphNode): number[] => [indices.shape[0]!, ...rest];
  /** The same op over the picked rows of the inputs. */
  const sameOp = (attributes: object = node.attributes): Pick => {
    const picks = node.inputs.map(plan);
    return (indices) =>
      makeNode(
        node.op,
        picks.map((pick) => pick(indices)),
        attributes as NodeOf<OpName>['attributes'],
        batch(indices),
        dtype,
      );
  };

  switch (node.op) {
    case 'constant': {
      const { value } = node.attributes;
      return (indices) => constant(value, batch(indices), dtype);
    }
    case 'iota': {
      const { axis } = node.attributes;
      if (axis !== 0) return (indices) => iota(batch(indices), axis, dtype);
      return (indices) =>
        broadcastTo(reshape(cast(indices, dtype), [indices.shape[0]!, ...rest.map(() => 1)]), batch(indices));
    }
    case 'broadcast': {
      const input = node.inputs[0]!;
      if (input.shape[0] === 1 && rows !== 1) {
        const shared = whole(input);
        return (indices) => broadcastTo(shared, batch(indices));
      }
      const pick = plan(input);
      return (indices) => broadcastTo(pick(indices), batch(indices));
    }
    case 'reshape': {
      const input = node.inputs[0]!;
      if (input.shape[0] !== rows) return undefined;
      const pick = plan(input);
      return (indices) => reshape(pick(indices), batch(indices));
    }
    case 'permute': {
      const { axes } = node.attributes;
      if (axes[0] !== 0) return undefined;
      const pick = plan(node.inputs[0]!);
      return (indices) => permute(pick(indices), axes);
    }
    case 'slice': {
      const [first, ...others] = node.attributes.axes;
      const { start, step } = first!;
      const pick = plan(node.inputs[0]!);
      return (indices) => {
        const moved = affine(indices, step, start);
        return slice(pick(moved), [{ start: 0, size: indices.shape[0]!, step: 1 }, ...others]);
      };
    }
    case 'pad': {
      const { axes, value } = node.attributes;
      const { low, high, interior } = axes[0]!;
      if (low !== 0 || high !== 0 || interior !== 0) return undefined;
      const pick = plan(node.inputs[0]!);
      return (indices) => pad(pick(indices), axes, value);
    }
    case 'concat': {
      const { axis } = node.attributes;
      if (axis === 0) return undefined;
      const picks = node.inputs.map(plan);
      return (indices) =>
        concat(
          picks.map((pick) => pick(indices)),
          axis,
        );
    }
    case 'gather': {
      const [x, indices] = node.inputs as readonly [GraphNode, GraphNode];
      if (indices.shape.length === 0) return undefined;
      const pickIndices = plan(indices);
      if (indices.shape.length > 1) {
        const table = whole(x);
        return (rowIndices) => gather(table, pickIndices(rowIndices));
      }
      const pick = plan(x);
      return (rowIndices) => pick(clampTo(x.shape[0]!, pickIndices(rowIndices)));
    }
    case 'window':
      return node.attributes.axes.some(({ axis }) => axis === 0) ? undefined : sameOp();
    case 'fold': {
      const { axes } = node.attributes;
      return axes.some(({ axis }) => axis === 0) ? undefined : sameOp();
    }
    case 'reduce':
    case 'argMax':
      return node.attributes.axes.includes(0) ? undefined : sameOp();
    case 'parameter':
    case 'data':
    case 'random':
    case 'contract':
    case 'scatterAdd':
      return undefined;
    default:
      // What is left is elementwise: every input has the shape of the result.
      return node.inputs.every((input) => sameShape(input.shape, shape)) ? sameOp() : undefined;
  }
}

function affine(indices: GraphNode, factor: number, offset: number): GraphNode {
  const scaled = factor === 1 ? indices : binary('mul', indices, constant(factor, [], 'int32'));
  return offset === 0 ? scaled : binary('add', scaled, constant(offset, [], 'int32'));
}

/** Gather clamps what is outside; a row that is picked further down must not escape the rows it was picked from. */
function clampTo(length: number, indices: GraphNode): GraphNode {
  const whole = cast(indices, 'int32');
  return binary('min', binary('max', whole, constant(0, [], 'int32')), constant(length - 1, [], 'int32'));
}
