// The messages of onnx.proto that are read and written, without their documentation texts. What a model may hold and is
// refused (graphs in attributes, sparse arrays, functions, training) is taken as bytes, so that nothing in a file makes
// reading go deeper than this table.
import { messageCodec, type MessageCodec, type MessageDefinitions } from '../protobuf.js';

const definitions = {
  Model: {
    ir_version: [1, 'int64'],
    producer_name: [2, 'string'],
    producer_version: [3, 'string'],
    graph: [7, 'Graph'],
    opset_import: [8, 'OperatorSet', 'repeated'],
    metadata_props: [14, 'Entry', 'repeated'],
    functions: [25, 'Function', 'repeated'],
  },
  OperatorSet: { domain: [1, 'string'], version: [2, 'int64'] },
  Entry: { key: [1, 'string'], value: [2, 'string'] },
  Function: { name: [1, 'string'], domain: [10, 'string'] },
  Graph: {
    node: [1, 'Node', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'Tensor', 'repeated'],
    input: [11, 'Value', 'repeated'],
    output: [12, 'Value', 'repeated'],
    sparse_initializer: [15, 'bytes', 'repeated'],
  },
  Node: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    op_type: [4, 'string'],
    attribute: [5, 'Attribute', 'repeated'],
    domain: [7, 'string'],
  },
  Attribute: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, 'Tensor'],
    floats: [7, 'float', 'repeated'],
    ints: [8, 'int64', 'repeated'],
    strings: [9, 'bytes', 'repeated'],
    type: [20, 'int32'],
  },
  Tensor: {
    dims: [1, 'int64', 'repeated'],
    data_type: [2, 'int32'],
    float_data: [4, 'float', 'repeated'],
    int32_data: [5, 'int32', 'repeated'],
    int64_data: [7, 'int64', 'repeated'],
    name: [8, 'string'],
    raw_data: [9, 'bytes'],
    double_data: [10, 'double', 'repeated'],
    uint64_data: [11, 'uint64', 'repeated'],
    external_data: [13, 'Entry', 'repeated'],
    data_location: [14, 'int32'],
  },
  Value: { name: [1, 'string'], type: [2, 'Type'] },
  Type: { tensor_type: [1, 'TensorType'] },
  TensorType: { elem_type: [1, 'int32'], shape: [2, 'Shape'] },
  Shape: { dim: [1, 'Dimension', 'repeated'] },
  Dimension: { dim_value: [1, 'int64'], dim_param: [2, 'string'] },
} as const satisfies MessageDefinitions;

/** ONNX's numbers of the types of attributes. */
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

export interface EntryMessage {
  readonly key: string;
  readonly value: string;
}

export interface TensorMessage {
  readonly dims: readonly bigint[];
  readonly dataType: number;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly bigint[];
  readonly name: string;
  readonly rawData: Uint8Array;
  readonly doubleData: readonly number[];
  readonly uint64Data: readonly bigint[];
  readonly externalData: readonly EntryMessage[];
  /** 1: beside the file. */
  readonly dataLocation: number;
}

export interface AttributeMessage {
  readonly name: string;
  readonly f: number;
  readonly i: bigint;
  readonly s: Uint8Array;
  readonly t?: TensorMessage;
  readonly floats: readonly number[];
  readonly ints: readonly bigint[];
  readonly strings: readonly Uint8Array[];
  /** One of `attributeTypes`, or that of something that is not read. */
  readonly type: number;
}

export interface NodeMessage {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly opType: string;
  readonly attribute: readonly AttributeMessage[];
  readonly domain: string;
}

export interface DimensionMessage {
  readonly dimValue: bigint;
  readonly dimParam: string;
}

export interface ValueMessage {
  readonly name: string;
  readonly type?: {
    readonly tensorType?: { readonly elemType: number; readonly shape?: { readonly dim: readonly DimensionMessage[] } };
  };
}

export interface GraphMessage {
  readonly node: readonly NodeMessage[];
  readonly name: string;
  readonly initializer: readonly TensorMessage[];
  readonly input: readonly ValueMessage[];
  readonly output: readonly ValueMessage[];
  readonly sparseInitializer: readonly Uint8Array[];
}

export interface ModelMessage {
  readonly irVersion: bigint;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly graph?: GraphMessage;
  readonly opsetImport: readonly { readonly domain: string; readonly version: bigint }[];
  readonly metadataProps: readonly EntryMessage[];
  readonly functions: readonly { readonly name: string; readonly domain: string }[];
}

/** A message with any of its fields, to be written: those left out are empty. */
export type Unfinished<Message> = {
  readonly [Field in keyof Message]?: Message[Field] extends readonly (infer Item)[]
    ? readonly (Item extends object ? (Item extends Uint8Array ? Item : Unfinished<Item>) : Item)[]
    : Message[Field] extends Uint8Array | string | number | bigint
      ? Message[Field]
      : Unfinished<Message[Field]>;
};

let loading: Promise<MessageCodec> | undefined;

/** Turns these messages to bytes and back; the library that does it is loaded when it is first used. */
export function onnxCodec(): Promise<MessageCodec> {
  loading ??= messageCodec('onnx', definitions);
  return loading;
}
