// What an event file of TensorFlow consists of: events, each a moment, a step and named values. The messages are those of
// TensorFlow's event.proto, summary.proto, tensor.proto and tensor_shape.proto, without what is not written here.
import { messageCodec, type MessageDefinitions } from '../protobuf.js';

const definitions = {
  Event: {
    wall_time: [1, 'double'],
    step: [2, 'int64'],
    file_version: [3, 'string'],
    graph_def: [4, 'bytes'],
    summary: [5, 'Summary'],
    source_metadata: [10, 'SourceMetadata'],
  },
  SourceMetadata: { writer: [1, 'string'] },
  Summary: { value: [1, 'Value', 'repeated'] },
  Value: { tag: [1, 'string'], tensor: [8, 'Tensor'], metadata: [9, 'Metadata'] },
  Metadata: { plugin_data: [1, 'PluginData'] },
  PluginData: { plugin_name: [1, 'string'], content: [2, 'bytes'] },
  Tensor: {
    dtype: [1, 'int32'],
    tensor_shape: [2, 'TensorShape'],
    tensor_content: [4, 'bytes'],
    string_val: [8, 'bytes', 'repeated'],
  },
  TensorShape: { dim: [2, 'Dimension', 'repeated'] },
  Dimension: { size: [1, 'int64'] },
} as const satisfies MessageDefinitions;

/** TensorFlow's numbers of the element types that are written here. */
export const tensorTypes = { float: 1, double: 2, string: 7 } as const;

/** An array: its elements as little-endian bytes, or, of strings, one by one. */
export interface EventTensor {
  readonly dtype: (typeof tensorTypes)[keyof typeof tensorTypes];
  readonly tensorShape: { readonly dim: readonly { readonly size: bigint }[] };
  readonly tensorContent?: Uint8Array;
  readonly stringVal?: readonly Uint8Array[];
}

/** A named value, and the part of TensorBoard that shows it. */
export interface EventValue {
  readonly tag: string;
  readonly tensor: EventTensor;
  readonly metadata: {
    readonly pluginData: { readonly pluginName: string; readonly content?: Uint8Array };
  };
}

export interface LogEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: bigint;
  /** What the first event of a file says. */
  readonly fileVersion?: string;
  /** A GraphDef. */
  readonly graphDef?: Uint8Array;
  readonly sourceMetadata?: { readonly writer: string };
  readonly summary?: { readonly value: readonly EventValue[] };
}

export interface EventCodec {
  readonly encode: (event: LogEvent) => Uint8Array<ArrayBuffer>;
  /** @throws Error for bytes that are no event */
  readonly decode: (bytes: Uint8Array) => LogEvent;
}

let loading: Promise<EventCodec> | undefined;

/** Turns events to bytes and back. */
export function eventCodec(): Promise<EventCodec> {
  loading ??= messageCodec('tensorboard', definitions).then(({ encode, decode }) => ({
    encode: (event) => encode('Event', { ...event }),
    decode: (bytes) => decode('Event', bytes) as LogEvent,
  }));
  return loading;
}
