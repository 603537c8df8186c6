// ONNX files: bytes to plain objects and back. A file is data of a stranger: it is read without recursion, sizes are held
// to the bytes that are there, and nodes must stand after those that they take values from, so that there are no cycles.
import { DataError, messageOf, ValueError } from '../../base/errors.js';
import {
  attributeTypes,
  onnxCodec,
  type AttributeMessage,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
  type Unfinished,
  type ValueMessage,
} from './messages.js';
import {
  elementTypes,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
} from './model.js';
import { elementTypeOf, readTensor, tensorMessage, type ReadBeside } from './tensor.js';

/** Protocol Buffers hold no more. */
const largestFile = 2 ** 31 - 1;

const nothingBeside: ReadBeside = () => Promise.resolve(undefined);

/**
 * Reads the bytes of an ONNX file; `file` names it in errors. Arrays of half precision become float32, other whole
 * numbers int32. Arrays may lie in a file beside it, which `beside` reads by its name.
 * @throws DataError that names the file, the place in it and what is wrong
 */
export async function readOnnx(bytes: Uint8Array, file: string, beside = nothingBeside): Promise<OnnxModel> {
  const { decode } = await onnxCodec();
  let message: ModelMessage;
  try {
    message = decode('Model', bytes) as ModelMessage;
  } catch (error) {
    throw new DataError(`'${file}': it is cut off, or no ONNX file (${messageOf(error)}).`, { cause: error });
  }
  const { graph, opsetImport, metadataProps, functions } = message;
  if (!graph || opsetImport.length === 0)
    throw new DataError(`'${file}': expected an ONNX model with a graph and a version of its operators. It has none.`);
  if (functions.length > 0)
    throw new DataError(
      `'${file}': it has functions of its own (${functions
        .slice(0, 5)
        .map(({ name }) => name)
        .join(', ')}), which are not read. Export the model with its functions inlined.`,
    );
  return {
    irVersion: Number(message.irVersion),
    opsets: new Map(opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, Number(version)])),
    producer: message.producerName,
    producerVersion: message.producerVersion,
    metadata: new Map(metadataProps.map(({ key, value }) => [key, value])),
    graph: await readGraph(graph, file, beside),
  };
}

async function readGraph(message: GraphMessage, file: string, beside: ReadBeside): Promise<OnnxGraph> {
  if (message.sparseInitializer.length > 0) throw new DataError(`'${file}': it has sparse arrays, which are not read.`);
  const files = new Map<string, Promise<Uint8Array | undefined>>();
  const readOnce: ReadBeside = (name) => {
    const reading = files.get(name) ?? beside(name);
    files.set(name, reading);
    return reading;
  };
  const initializers = new Map<string, Awaited<ReturnType<typeof readTensor>>>();
  for (const tensor of message.initializer)
    initializers.set(tensor.name, await readTensor(tensor, `'${file}', array '${tensor.name}'`, readOnce));
  const nodes: OnnxNode[] = [];
  const inputs = message.input.map(readValue);
  const known = new Set(['', ...initializers.keys(), ...inputs.map(({ name }) => name)]);
  for (const node of message.node) {
    nodes.push(await readNode(node, file, readOnce));
    const unknown = node.input.find((name) => !known.has(name));
    if (unknown !== undefined)
      throw new DataError(
        `'${file}', node '${node.name}' (${node.opType}): its input '${unknown}' is no input of the graph, no array, and no output of a node before it.`,
      );
    for (const output of node.output) {
      if (output !== '' && known.has(output))
        throw new DataError(`'${file}', node '${node.name}' (${node.opType}): '${output}' has been computed before.`);
      known.add(output);
    }
  }
  const outputs = message.output.map(readValue);
  const missing = outputs.find(({ name }) => !known.has(name));
  if (missing) throw new DataError(`'${file}': its output '${missing.name}' is computed by no node.`);
  return { name: message.name, nodes, inputs, outputs, initializers };
}

async function readNode(message: NodeMessage, file: string, beside: ReadBeside): Promise<OnnxNode> {
  const { name, opType, domain, input, output } = message;
  const attributes = new Map<string, OnnxAttribute>();
  for (const attribute of message.attribute) {
    const place = `'${file}', node '${name}' (${opType}), attribute '${attribute.name}'`;
    attributes.set(attribute.name, await readAttribute(attribute, place, beside));
  }
  return { name, op: opType, domain: domain === 'ai.onnx' ? '' : domain, inputs: input, outputs: output, attributes };
}

async function readAttribute(message: AttributeMessage, place: string, beside: ReadBeside): Promise<OnnxAttribute> {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  switch (message.type) {
    case attributeTypes.float:
      return { type: 'float', value: message.f };
    case attributeTypes.int:
      return { type: 'int', value: Number(message.i) };
    case attributeTypes.string:
      return { type: 'string', value: text(message.s) };
    case attributeTypes.floats:
      return { type: 'floats', value: message.floats };
    case attributeTypes.ints:
      return { type: 'ints', value: message.ints.map(Number) };
    case attributeTypes.strings:
      return { type: 'strings', value: message.strings.map(text) };
    case attributeTypes.tensor:
      if (message.t) return { type: 'tensor', value: await readTensor(message.t, place, beside) };
      throw new DataError(`${place}: expected an array, received nothing.`);
    default:
      throw new DataError(
        `${place}: expected a number, a text, an array or a list of these, received type ${message.type}. Graphs within a node (If, Loop, Scan) are not read.`,
      );
  }
}

function readValue({ name, type }: ValueMessage): OnnxValue {
  const tensor = type?.tensorType;
  return {
    name,
    type: tensor && elementTypeOf(tensor.elemType),
    shape: tensor?.shape?.dim.map(({ dimValue, dimParam }) => {
      const size = Number(dimValue);
      return dimParam !== '' ? dimParam : Number.isSafeInteger(size) && size > 0 ? size : null;
    }),
  };
}

/** The bytes of an ONNX file. @throws ValueError for more than 2 GB, which the format cannot hold */
export async function writeOnnx(model: OnnxModel): Promise<Uint8Array<ArrayBuffer>> {
  const { graph } = model;
  const byteLength = [...graph.initializers.values()].reduce((sum, { array }) => sum + array.data.byteLength, 0);
  if (byteLength > largestFile - 2 ** 20)
    throw new ValueError(
      `ONNX: a file holds at most 2 GB, and the model's weights take ${(byteLength / 1e9).toFixed(1)} GB.`,
    );
  const { encode } = await onnxCodec();
  const message: Unfinished<ModelMessage> = {
    irVersion: BigInt(model.irVersion),
    producerName: model.producer,
    producerVersion: model.producerVersion,
    opsetImport: [...model.opsets].map(([domain, version]) => ({ domain, version: BigInt(version) })),
    metadataProps: [...model.metadata].map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name,
      node: graph.nodes.map(nodeMessage),
      initializer: [...graph.initializers].map(([name, tensor]) => tensorMessage(tensor, name)),
      input: graph.inputs.map(valueMessage),
      output: graph.outputs.map(valueMessage),
    },
  };
  return encode('Model', message);
}

function nodeMessage({ name, op, domain, inputs, outputs, attributes }: OnnxNode): Unfinished<NodeMessage> {
  const attribute = [...attributes].map(([key, value]) => attributeMessage(key, value));
  return { name, opType: op, domain, input: inputs, output: outputs, attribute };
}

function attributeMessage(name: string, attribute: OnnxAttribute): Unfinished<AttributeMessage> {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const type = attributeTypes[attribute.type];
  switch (attribute.type) {
    case 'float':
      return { name, type, f: attribute.value };
    case 'int':
      return { name, type, i: BigInt(attribute.value) };
    case 'string':
      return { name, type, s: bytes(attribute.value) };
    case 'floats':
      return { name, type, floats: attribute.value };
    case 'ints':
      return { name, type, ints: attribute.value.map(BigInt) };
    case 'strings':
      return { name, type, strings: attribute.value.map(bytes) };
    case 'tensor':
      return { name, type, t: tensorMessage(attribute.value, '') };
  }
}

function valueMessage({ name, type, shape }: OnnxValue): Unfinished<ValueMessage> {
  const dim = shape?.map((size) => (typeof size === 'number' ? { dimValue: BigInt(size) } : { dimParam: size ?? '' }));
  return {
    name,
    type: { tensorType: { elemType: type ? elementTypes[type] : 0, ...(dim ? { shape: { dim } } : {}) } },
  };
}
