// Graphs as TensorBoard draws them: a GraphDef of TensorFlow, without what is not drawn.
import { messageCodec, type MessageDefinitions } from '../protobuf.js';

const definitions = {
  GraphDef: { node: [1, 'NodeDef', 'repeated'] },
  NodeDef: {
    name: [1, 'string'],
    op: [2, 'string'],
    input: [3, 'string', 'repeated'],
    attr: [5, 'Attribute', 'repeated'],
  },
  // The wire format of a map is a list of its entries.
  Attribute: { key: [1, 'string'], value: [2, 'AttributeValue'] },
  AttributeValue: { list: [1, 'AttributeList'] },
  AttributeList: { shape: [7, 'TensorShape', 'repeated'] },
  TensorShape: { dim: [2, 'Dimension', 'repeated'] },
  Dimension: { size: [1, 'int64'] },
} as const satisfies MessageDefinitions;

export interface GraphNode {
  /** Slashes make groups that can be opened and closed. */
  readonly name: string;
  /** What it does: 'Dense'. */
  readonly op: string;
  /** Names of the nodes whose outputs it takes. */
  readonly inputs: readonly string[];
  /** Of its output, null for a size not known; shown at the edge to the next node. */
  readonly shape?: readonly (number | null)[] | undefined;
}

/** The bytes of a GraphDef of these nodes. */
export async function encodeGraph(nodes: readonly GraphNode[]): Promise<Uint8Array<ArrayBuffer>> {
  const { encode } = await messageCodec('tensorboard', definitions);
  const shapeAttribute = (shape: readonly (number | null)[]): object => {
    const dim = shape.map((size) => ({ size: BigInt(size ?? -1) }));
    return { key: '_output_shapes', value: { list: { shape: [{ dim }] } } };
  };
  return encode('GraphDef', {
    node: nodes.map(({ name, op, inputs, shape }) => ({
      name,
      op,
      input: [...inputs],
      attr: shape ? [shapeAttribute(shape)] : [],
    })),
  });
}
