// The text that two programs share exactly when they compute the same: the key of the cache of loaded programs.
import { attributesKey } from '../ir/key.js';
import { topologicalOrder } from '../ir/graph.js';
import { rootsOf, type Program } from '../ir/program.js';

export function programKey(program: Program): string {
  const numbers = new Map<number, number>();
  const lines: string[] = [];
  for (const parameter of program.parameters) {
    numbers.set(parameter.id, numbers.size);
    lines.push(`p ${parameter.dtype} ${parameter.shape.join()}`);
  }
  for (const node of topologicalOrder(rootsOf(program))) {
    if (numbers.has(node.id)) continue;
    const inputs = node.inputs.map((input) => numbers.get(input.id)).join();
    numbers.set(node.id, numbers.size);
    lines.push(`${node.op} ${node.dtype} ${node.shape.join()} ${inputs} ${attributesKey(node)}`);
  }
  const outputs = program.outputs.map((node) => numbers.get(node.id)).join();
  const updates = program.updates.map(({ parameter, value }) => `${parameter}=${numbers.get(value.id)}`).join();
  return `${lines.join('\n')}\n-> ${outputs} ; ${updates}`;
}
