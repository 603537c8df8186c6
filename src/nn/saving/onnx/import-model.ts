// Makes a sequential model of an ONNX graph, as far as Nacre's layers cover it: a chain of nodes from the one input to
// the one output. Images are channels last in the model, also where the graph has them channels first. What is not
// covered is listed, all of it.
import { DataError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { formatShape } from '../../../base/shape.js';
import type { Json } from '../../../formats/json.js';
import type { OnnxGraph, OnnxModel, OnnxNode } from '../../../formats/onnx/model.js';
import { activeConsole } from '../../console.js';
import type { PartialShape } from '../../layers/layer.js';
import { consumersOf, orderWanted, type Arrangement, type Consumers } from './arrangement.js';
import { Budget, countingOperators, foldConstant, makesConstants, wholeNumbers } from './constants.js';
import { LayerChain, Uncovered, type ImportedLayer } from './layer-chain.js';
import type { DescribedModel } from './own-model.js';
import { ownShape, type NodeContext, type NodeResult } from './node-context.js';
import { operators } from './operators.js';

/** More than any model has; a longer list is a damaged file. */
const mostNodes = 10_000;
/** What may come while the axis of the samples is merged with others: what goes along the last axis alone. */
const mergedOperators = 'Add Cast Div Dropout Gemm Identity MatMul Mul Relu Reshape Sigmoid Softmax Sub Tanh'.split(
  ' ',
);

/** So many reasons are told. */
const mostReasons = 50;

/** @throws DataError that begins with `place` and lists every node that is not covered, with its operator and why */
export function importModel(model: OnnxModel, place: string): DescribedModel {
  const { graph, opsets } = model;
  if (graph.nodes.length > mostNodes)
    throw new DataError(`${place}: expected at most ${mostNodes} nodes, received ${graph.nodes.length}.`);
  const importer = new Importer(graph, opsets.get('') ?? 1, place);
  const { chain, problems, input, output } = importer.run();
  if (problems.length > 0) {
    const more = problems.length > mostReasons ? `; and ${problems.length - mostReasons} more` : '';
    throw new DataError(
      `${place}: the model uses what Nacre's layers do not cover: ${problems.slice(0, mostReasons).join('; ')}${more}.`,
    );
  }
  if (isTurned(input))
    activeConsole().warn(
      `${place}: the file takes images channels first, ${formatShape(input.shape)}; the model takes them channels last, ${formatShape(ownShape(input))}.`,
    );
  if (output && isTurned(output))
    activeConsole().warn(
      `${place}: the file gives images channels first, ${formatShape(output.shape)}; the model gives them channels last, ${formatShape(ownShape(output))}.`,
    );
  return describe(graph, ownShape(input), chain.layers);
}

const isTurned = ({ order }: Arrangement): boolean => order.some((axis, index) => axis !== index);

class Importer {
  readonly #graph: OnnxGraph;
  readonly #opset: number;
  readonly #place: string;
  readonly #consumers: Consumers;
  readonly #budget: Budget;
  readonly #chain: LayerChain;
  readonly #problems: string[] = [];
  readonly #constants = new Map<string, NDArray>();
  /** Constants in which -1 stands for the batch's size. */
  readonly #withBatch = new WeakSet<NDArray>();
  /** How each value of the network lies; undefined after what is not covered. */
  readonly #values = new Map<string, NodeResult | undefined>();
  readonly #taken = new Set<string>();
  #fixedBatch: number | undefined;

  constructor(graph: OnnxGraph, opset: number, place: string) {
    this.#graph = graph;
    this.#opset = opset;
    this.#place = place;
    this.#consumers = consumersOf(graph);
    this.#budget = new Budget(graph, place);
    this.#chain = new LayerChain(this.#budget);
    for (const [name, { array }] of graph.initializers) this.#constants.set(name, array);
  }

  run(): { chain: LayerChain; problems: readonly string[]; input: Arrangement; output: Arrangement | undefined } {
    const input = this.#input();
    for (const node of this.#graph.nodes) this.#visit(node);
    const output = this.#output();
    if (output && this.#chain.layers.length === 0 && this.#problems.length === 0)
      this.#problems.push('its output is its input');
    return { chain: this.#chain, problems: this.#problems, input, output };
  }

  /** The one input that is no constant. */
  #input(): Arrangement {
    const inputs = this.#graph.inputs.filter(({ name }) => !this.#constants.has(name));
    const [first] = inputs;
    if (inputs.length !== 1 || !first)
      throw new DataError(
        `${this.#place}: expected a model of one input, received ${inputs.length} (${inputs.map(({ name }) => name).join(', ')}).`,
      );
    const given = first.shape;
    if (!given || given.length < 2 || given.length > 32)
      throw new DataError(
        `${this.#place}: expected the shape of the input '${first.name}' to be given, with an axis of samples and at least one more.`,
      );
    this.#fixedBatch = typeof given[0] === 'number' ? given[0] : undefined;
    const shape = [null, ...given.slice(1).map((size) => (typeof size === 'number' ? size : null))];
    const value = { shape, order: orderWanted(first.name, shape.length, this.#consumers) };
    this.#values.set(first.name, value);
    return value;
  }

  #output(): Arrangement | undefined {
    const { outputs } = this.#graph;
    const [first] = outputs;
    if (outputs.length !== 1 || !first) {
      this.#problems.push(`the graph has ${outputs.length} outputs, and Nacre's models one`);
      return undefined;
    }
    const value = this.#values.get(first.name);
    if (this.#taken.has(first.name) || (!value && !this.#values.has(first.name)))
      this.#problems.push(`the output '${first.name}' is not the end of one chain of nodes`);
    if (!value) return undefined;
    try {
      if (value.padded ?? value.merged)
        throw new Uncovered(`the output '${first.name}' is padded, or no list of samples`);
      if (value.flattened) throw new Uncovered(`the output '${first.name}' is an image flattened channels first`);
      this.#chain.settle(ownShape(value), first.name);
    } catch (error) {
      this.#note(error, '');
    }
    return value;
  }

  #note(error: unknown, what: string): void {
    if (!(error instanceof Uncovered)) throw error;
    this.#problems.push(`${what}${error.message}`);
  }

  #visit(node: OnnxNode): void {
    if (this.#isConstant(node)) return;
    const what = `node '${node.name || (node.outputs[0] ?? '')}' (${node.domain && `${node.domain}.`}${node.op}): `;
    let result: NodeResult | undefined;
    try {
      result = this.#apply(node);
    } catch (error) {
      this.#note(error, what);
    }
    node.outputs.forEach((output, index) => this.#values.set(output, index === 0 ? result : undefined));
  }

  /** Whether a node makes constants of constants; if so, they are known from now on. */
  #isConstant(node: OnnxNode): boolean {
    const [output] = node.outputs;
    const [first] = node.inputs;
    if (output === undefined || node.domain !== '') return false;
    if (node.op === 'Shape' && first !== undefined) {
      const shape = this.#values.get(first)?.shape ?? this.#constants.get(first)?.shape;
      // -1 is the batch's size; sizes that are not known are no constants.
      if (shape?.slice(1).every((size) => size !== null)) {
        const sizes = wholeNumbers(shape.map((size) => size ?? -1));
        this.#constants.set(output, sizes);
        if (shape[0] === null) this.#withBatch.add(sizes);
        return true;
      }
    }
    const inputs = node.inputs.flatMap((name) => {
      const array = this.#constants.get(name);
      return array ? [array] : [];
    });
    if (inputs.length !== node.inputs.length) return false;
    const withBatch = inputs.some((array) => this.#withBatch.has(array));
    if (withBatch && countingOperators.includes(node.op)) return false;
    const folded = foldConstant(node, inputs, this.#budget);
    if (!folded) return false;
    this.#constants.set(output, folded);
    if (withBatch && folded.data.includes(-1)) this.#withBatch.add(folded);
    return true;
  }

  /** What a node of the network makes; undefined where its input is not known because of what was not covered before. */
  #apply(node: OnnxNode): NodeResult | undefined {
    const operator = node.domain === '' && Object.hasOwn(operators, node.op) ? operators[node.op] : undefined;
    const inputs = node.inputs.flatMap((name, index) => (name === '' || this.#constants.has(name) ? [] : [index]));
    const [inputIndex] = inputs;
    const source = node.inputs[inputIndex ?? 0] ?? '';
    // What follows from what is not covered is not told again.
    const isUnknown = (index: number): boolean => this.#values.get(node.inputs[index]!) === undefined;
    if (inputs.length > 0 && inputs.every(isUnknown) && (operator ? inputs.length === 1 : makesConstants(node.op)))
      return undefined;
    if (node.op === 'Shape') throw new Uncovered('the sizes of its input are not all known');
    if (!operator) throw new Uncovered('Nacre has no layer for it');
    if (inputIndex === undefined) throw new Uncovered('it computes a constant in a way that is not covered');
    if (inputs.length > 1) throw new Uncovered('it joins several values; Nacre has chains of layers');
    if (this.#taken.has(source))
      throw new Uncovered(`another node takes its input '${source}' too; Nacre has chains of layers`);
    this.#taken.add(source);
    const further = node.outputs.slice(1).find((name) => name !== '' && this.#isUsed(name));
    if (further !== undefined) throw new Uncovered(`its further output '${further}' is used`);
    const input = this.#values.get(source)!;
    if (input.padded && node.op !== 'Conv' && node.op !== 'MaxPool')
      throw new Uncovered('its input is padded, which only that of a convolution or a MaxPool may be');
    if (input.merged && !mergedOperators.includes(node.op))
      throw new Uncovered('its input has the axis of the samples merged with others');
    return operator(this.#contextOf(node, input, inputIndex));
  }

  #isUsed(name: string): boolean {
    return this.#consumers.has(name) || this.#graph.outputs.some((output) => output.name === name);
  }

  #contextOf(node: OnnxNode, input: NodeResult, inputIndex: number): NodeContext {
    return {
      node,
      name: nameOf(node, this.#constants),
      chain: this.#chain,
      budget: this.#budget,
      opset: this.#opset,
      input,
      inputIndex,
      fixedBatch: this.#fixedBatch,
      constant: (index) => this.#constants.get(node.inputs[index] ?? ''),
      orderWanted: (rank) => orderWanted(node.outputs[0] ?? '', rank, this.#consumers),
    };
  }
}

/** A layer's name: that of the module whose weights the node takes, where it can be told, or the node's own. */
function nameOf({ name, op, inputs }: OnnxNode, constants: ReadonlyMap<string, NDArray>): string {
  const weight = inputs.find((input) => constants.has(input) && /[./](weight|kernel|bias)$/.test(input));
  if (weight !== undefined) return weight.replace(/[./](weight|kernel|bias)$/, '');
  return name.endsWith(`/${op}`) ? name.slice(0, -op.length - 1) : name;
}

function describe(graph: OnnxGraph, inputShape: PartialShape, layers: readonly ImportedLayer[]): DescribedModel {
  const weights = new Map<string, NDArray>();
  const described = layers.map(({ className, name, config, kernel, bias }): Json => {
    if (kernel) weights.set(`${name}/kernel`, kernel);
    if (bias) weights.set(`${name}/bias`, bias);
    const own = { name, trainable: true, ...config, ...(kernel ? { use_bias: bias !== undefined } : {}) };
    return { module: 'keras.layers', class_name: className, config: own, registered_name: null };
  });
  const input = { batch_shape: inputShape, dtype: 'float32', sparse: false, name: 'input_layer' };
  const first = { module: 'keras.layers', class_name: 'InputLayer', config: input, registered_name: null };
  const name = graph.name.replace(/[^\w.-]+/g, '_') || 'sequential';
  return {
    config: {
      module: 'keras',
      class_name: 'Sequential',
      config: { name, trainable: true, layers: [first, ...described], build_input_shape: inputShape },
      registered_name: 'Sequential',
      build_config: { input_shape: inputShape },
      compile_config: {},
    },
    weights,
  };
}
