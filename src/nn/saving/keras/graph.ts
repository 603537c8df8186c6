// The graph of a functional model of any version of Keras, as the chain of layers that a sequential model is; and what
// is in the way where it is none.
import { isRecord, type Json } from '../../../formats/json.js';

/** A layer in a graph. */
export interface GraphLayer {
  readonly name: string;
  readonly className: string;
  /** One for each time that it is called. */
  readonly calls: readonly GraphCall[];
}

export interface GraphCall {
  /** The names of the layers whose outputs it is called with. */
  readonly inputs: readonly string[];
  /** What else it is called with. */
  readonly args: readonly Json[];
  readonly kwargs: Readonly<Record<string, Json>>;
}

/** Something in the way, and the layer that it is about. */
export interface GraphProblem {
  readonly layer: GraphLayer | undefined;
  readonly text: string;
}

/** The calls of a layer: `inbound_nodes` as Keras 3 writes them (args, kwargs) or as Keras 1 and 2 did (lists). */
export function callsOf(inboundNodes: Json | undefined): GraphCall[] {
  return Array.isArray(inboundNodes) ? (inboundNodes as readonly Json[]).map(callOf) : [];
}

function callOf(node: Json): GraphCall {
  const inputs: string[] = [];
  if (isRecord(node)) {
    const tensorsAmong = (value: Json): boolean => collect(value, tensorName, inputs);
    const args = Array.isArray(node.args) ? (node.args as readonly Json[]) : [];
    const kwargs = Object.entries(isRecord(node.kwargs) ? node.kwargs : {});
    return {
      args: args.filter((arg) => !tensorsAmong(arg)),
      kwargs: Object.fromEntries(kwargs.filter(([, value]) => !tensorsAmong(value))),
      inputs,
    };
  }
  // [['dense', 0, 0, {}], ...], or one input without the outer list.
  let kwargs: Record<string, Json> = {};
  const visit = (item: Json): void => {
    if (!Array.isArray(item)) return;
    const name = listName(item);
    if (name === undefined) return (item as readonly Json[]).forEach(visit);
    inputs.push(name);
    const own = item[3] as Json | undefined;
    if (!isRecord(own)) return;
    // A tensor among them is one more input.
    const plain = Object.entries(own).filter(([, value]) => !collect(value, listName, inputs));
    kwargs = { ...kwargs, ...Object.fromEntries(plain) };
  };
  visit(node);
  return { inputs, args: [], kwargs };
}

/** The layer that `{ class_name: '__keras_tensor__', config: { keras_history: ['dense', 0, 0] } }` is the output of. */
function tensorName(value: Json): string | undefined {
  if (!isRecord(value) || value.class_name !== '__keras_tensor__' || !isRecord(value.config)) return undefined;
  const history = value.config.keras_history;
  return Array.isArray(history) && typeof history[0] === 'string' ? history[0] : undefined;
}

/** The layer that `['dense', 0, 0]` is the output of. */
function listName(value: Json): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const [name, node, tensor] = value as readonly Json[];
  return typeof name === 'string' && typeof node === 'number' && typeof tensor === 'number' ? name : undefined;
}

/** Adds what is named anywhere in `value`. Whether there was something. */
function collect(value: Json, nameOf: (value: Json) => string | undefined, names: string[]): boolean {
  const name = nameOf(value);
  if (name !== undefined) {
    names.push(name);
    return true;
  }
  const items = Array.isArray(value) ? (value as readonly Json[]) : isRecord(value) ? Object.values(value) : [];
  return items.map((item) => collect(item, nameOf, names)).includes(true);
}

/** The layers that `input_layers` or `output_layers` names, however they are nested. */
export function endsOf(value: Json | undefined): string[] {
  const names: string[] = [];
  if (value !== undefined) collect(value, listName, names);
  return names;
}

/** The layers from the input to the output, or everything that keeps them from being a chain. */
export function chainOf(
  layers: readonly GraphLayer[],
  inputs: readonly string[],
  outputs: readonly string[],
): { readonly chain: readonly GraphLayer[]; readonly problems: readonly GraphProblem[] } {
  const problems: GraphProblem[] = [];
  const find = (text: string, layer?: GraphLayer): unknown => problems.push({ layer, text });
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  if (byName.size < layers.length) find('several layers have the same name');
  if (inputs.length !== 1) find(`has ${inputs.length} inputs${listed(inputs)}, and a sequential model has one`);
  if (outputs.length !== 1) find(`has ${outputs.length} outputs${listed(outputs)}, and a sequential model has one`);
  const readers = new Map<string, GraphLayer[]>();
  for (const layer of layers) {
    const isInput = layer.className === 'InputLayer';
    if (layer.calls.length > 1) find(`is used ${layer.calls.length} times`, layer);
    else if (layer.calls.length === 0 && !isInput) find('has no input', layer);
    for (const { inputs: read } of layer.calls) {
      if (read.length === 0 && !isInput) find('has no input', layer);
      if (read.length > 1) find(`has ${read.length} inputs${listed(read)}`, layer);
      for (const name of new Set(read)) {
        if (byName.has(name)) readers.set(name, [...(readers.get(name) ?? []), layer]);
        else find(`reads '${name}', and there is no such layer`, layer);
      }
    }
  }
  for (const layer of layers) {
    const names = [...new Set((readers.get(layer.name) ?? []).map(({ name }) => name))];
    if (names.length > 1) find(`its output goes to several layers${listed(names)}`, layer);
    else if (names.length > 0 && outputs.includes(layer.name))
      find(`its output is the model's and goes to '${names[0]}' too`, layer);
  }
  for (const name of [...inputs, ...outputs])
    if (!byName.has(name)) find(`names '${name}' as an input or output, and there is no such layer`);
  if (problems.length > 0) return { chain: layers, problems };

  const chain: GraphLayer[] = [];
  const seen = new Set<GraphLayer>();
  for (let layer = byName.get(inputs[0]!); layer && !seen.has(layer); layer = readers.get(layer.name)?.[0]) {
    seen.add(layer);
    chain.push(layer);
  }
  for (const layer of layers) if (!seen.has(layer)) find('is not on the way from the input to the output', layer);
  if (chain.at(-1)?.name !== outputs[0]) find(`its output '${outputs[0]}' is not where its input leads`);
  return { chain, problems };
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return '';
  return ` (${names.slice(0, 10).join(', ')}${names.length > 10 ? ', ...' : ''})`;
}
