// Decides what is stored and what is fused: the graph becomes groups, each of which is lowered to one kernel. A group is
// an anchor (a contraction, a reduction, ...) with the element-wise work that follows it at the same index, or
// element-wise work alone. What belongs to no group is computed again wherever it is read.
import { sameShape, sizeOf } from '../base/shape.js';
import { isElementwise, topologicalOrder, type GraphNode } from '../ir/graph.js';
import { rootsOf, type Program } from '../ir/program.js';
import { isView } from './index-maps.js';

export interface Group {
  /** The node whose computation the kernel is built around; undefined for element-wise work alone. */
  readonly anchor: GraphNode | undefined;
  /** The anchor and what is fused to it, inputs first. */
  readonly members: readonly GraphNode[];
  /** The members that are stored. */
  readonly roots: readonly GraphNode[];
}

const anchorOps: ReadonlySet<string> = new Set(['reduce', 'argMax', 'contract', 'pad', 'concat', 'fold', 'scatterAdd']);
/** Anchors whose result is at hand element by element, so that element-wise work can follow. */
const openAnchorOps: ReadonlySet<string> = new Set(['reduce', 'argMax', 'contract']);

const costOf: { readonly [op: string]: number } = {
  exp: 12,
  log: 14,
  tanh: 20,
  sigmoid: 14,
  sin: 16,
  cos: 16,
  pow: 40,
  random: 60,
  div: 3,
  sqrt: 3,
  roughSqrt: 3,
  roughReciprocal: 3,
  floorDiv: 6,
  mod: 6,
  gather: 2,
};

/** A value read at two places is stored when computing it again would cost more than this many operations. */
const cheapEnoughToRepeat = 8;

interface OpenGroup {
  readonly anchor: GraphNode | undefined;
  readonly members: GraphNode[];
}

/** The stored node that a view without rearrangement stands for, or the node itself. */
export function aliasOf(node: GraphNode): GraphNode {
  let base = node;
  while (base.op === 'reshape' || base.op === 'stopGradient') base = base.inputs[0]!;
  return base;
}

/** What a chain of views reads. */
function baseOf(node: GraphNode): GraphNode {
  let base = node;
  while (isView(base)) base = base.inputs[0]!;
  return base;
}

/** `forced` nodes are stored; those that stand `alone` have a kernel of their own. */
export function fuse(
  program: Program,
  forced: ReadonlySet<GraphNode>,
  alone: ReadonlySet<GraphNode> = new Set(),
): Group[] {
  const order = topologicalOrder(rootsOf(program)).filter((node) => node.op !== 'parameter' && sizeOf(node.shape) > 0);
  const consumers = consumersOf(order);
  const stored = new Set<GraphNode>(forced);
  for (const root of rootsOf(program)) stored.add(aliasOf(root));
  for (const node of order)
    if (node.op === 'contract')
      for (const input of node.inputs) if (!stored.has(aliasOf(input))) stored.add(baseOf(input));

  const groupOf = new Map<GraphNode, OpenGroup>();
  const groups: OpenGroup[] = [];
  const open = (anchor: GraphNode | undefined, first: GraphNode): void => {
    const group = { anchor, members: [first] };
    groups.push(group);
    groupOf.set(first, group);
  };

  for (const node of order) {
    if (anchorOps.has(node.op)) open(node, node);
    else if (isElementwise(node)) {
      const group = alone.has(node) ? undefined : groupToJoin(node, groupOf, groups, stored, alone);
      if (group) {
        group.members.push(node);
        groupOf.set(node, group);
      } else if (stored.has(node)) open(undefined, node);
    }
  }
  storeWhatIsDear(order, consumers, groupOf, stored);
  for (const node of order)
    if (stored.has(node) && !groupOf.has(node) && node.op !== 'parameter') open(undefined, node);

  const closed = groups.map((group): Group => {
    const inside = new Set(group.members);
    const roots = group.members.filter(
      (member) => stored.has(member) || (consumers.get(member) ?? []).some((consumer) => !inside.has(consumer)),
    );
    return { ...group, roots: roots.length > 0 ? roots : [group.members.at(-1)!] };
  });
  return inDependencyOrder(closed);
}

function consumersOf(order: readonly GraphNode[]): Map<GraphNode, GraphNode[]> {
  const consumers = new Map<GraphNode, GraphNode[]>();
  for (const node of order)
    for (const input of new Set(node.inputs)) {
      const list = consumers.get(input);
      if (list) list.push(node);
      else consumers.set(input, [node]);
    }
  return consumers;
}

function groupToJoin(
  node: GraphNode,
  groupOf: ReadonlyMap<GraphNode, OpenGroup>,
  groups: readonly OpenGroup[],
  stored: ReadonlySet<GraphNode>,
  alone: ReadonlySet<GraphNode>,
): OpenGroup | undefined {
  const fits = (group: OpenGroup): boolean =>
    !alone.has(group.members[0]!) &&
    (!group.anchor || openAnchorOps.has(group.anchor.op)) &&
    sameShape(group.members[0]!.shape, node.shape) &&
    !wouldCycle(node, group, groupOf, groups);
  const ofInputs = new Set(node.inputs.flatMap((input) => groupOf.get(input) ?? []));
  const candidates = [...ofInputs].sort((a, b) => b.members[0]!.id - a.members[0]!.id);
  const joined = candidates.find(fits);
  if (joined || !stored.has(node)) return joined;
  // Element-wise results of one shape that are stored anyway share a kernel when nothing stands between them.
  return groups.findLast((group) => !group.anchor && fits(group));
}

/** Whether some input of `node` has to wait for a kernel of `group` that `node` would become part of. */
function wouldCycle(
  node: GraphNode,
  group: OpenGroup,
  groupOf: ReadonlyMap<GraphNode, OpenGroup>,
  groups: readonly OpenGroup[],
): boolean {
  const seen = new Set<GraphNode>();
  const seenGroups = new Set<OpenGroup>();
  const oldest = oldestToWait(group, groups);
  const stack = node.inputs.filter((input) => groupOf.get(input) !== group);
  for (let current = stack.pop(); current; current = stack.pop()) {
    if (seen.has(current) || current.id < oldest) continue;
    seen.add(current);
    const itsGroup = groupOf.get(current);
    if (itsGroup === group) return true;
    if (itsGroup) {
      // A kernel runs as a whole: whatever any of its members waits for, it waits for.
      if (seenGroups.has(itsGroup)) continue;
      seenGroups.add(itsGroup);
      for (const member of itsGroup.members) stack.push(...member.inputs);
    } else stack.push(...current.inputs);
  }
  return false;
}

/**
 * No node older than this waits for `group`: inputs are older than what reads them, so that an older node waits for
 * younger ones only through a group that has members of both. `groups` begin in the order of their first members.
 */
function oldestToWait(group: OpenGroup, groups: readonly OpenGroup[]): number {
  let oldest = group.members[0]!.id;
  for (const { members } of [...groups].reverse())
    if (members.at(-1)!.id > oldest) oldest = Math.min(oldest, members[0]!.id);
  return oldest;
}

/** Marks as stored what belongs to no group but would be computed too often. */
function storeWhatIsDear(
  order: readonly GraphNode[],
  consumers: ReadonlyMap<GraphNode, readonly GraphNode[]>,
  groupOf: ReadonlyMap<GraphNode, OpenGroup>,
  stored: Set<GraphNode>,
): void {
  const cost = new Map<GraphNode, number>();
  const costOfNode = (node: GraphNode): number => cost.get(node) ?? 0;
  for (const node of order) {
    if (groupOf.has(node) || stored.has(node)) continue;
    const own = isView(node) || node.op === 'constant' || node.op === 'iota' ? 0 : (costOf[node.op] ?? 1);
    cost.set(
      node,
      node.inputs.reduce((sum, input) => sum + costOfNode(input), own),
    );
  }
  /** The kernels a node's value is computed in. */
  const sites = new Map<GraphNode, Set<object>>();
  for (const node of [...order].reverse()) {
    if (groupOf.has(node) || stored.has(node)) continue;
    const places = new Set<object>();
    let expands = false;
    for (const consumer of consumers.get(node) ?? []) {
      const place = groupOf.get(consumer) ?? (stored.has(consumer) ? consumer : undefined);
      if (place) places.add(place);
      else for (const further of sites.get(consumer) ?? []) places.add(further);
      if (isView(consumer) && sizeOf(consumer.shape) > sizeOf(node.shape)) expands = true;
    }
    const dear = costOfNode(node);
    if ((places.size > 1 && dear >= cheapEnoughToRepeat) || (expands && dear > 1 && !isView(node))) stored.add(node);
    else sites.set(node, places);
  }
}

/** Groups after those whose results they read. */
function inDependencyOrder(groups: readonly Group[]): Group[] {
  const producer = new Map<GraphNode, Group>();
  for (const group of groups) for (const member of group.members) producer.set(member, group);
  const done = new Set<Group>();
  const result: Group[] = [];
  const visit = (group: Group): void => {
    if (done.has(group)) return;
    done.add(group);
    const seen = new Set<GraphNode>();
    const stack = group.members.flatMap((member) => member.inputs);
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      const made = producer.get(node);
      if (made === group) continue;
      if (made) visit(made);
      else stack.push(...node.inputs);
    }
    result.push(group);
  };
  for (const group of [...groups].sort((a, b) => a.members[0]!.id - b.members[0]!.id)) visit(group);
  return result;
}
