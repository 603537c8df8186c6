// Protocol Buffers: plain objects to bytes and back, by definitions of messages that are plain data. The library that
// does it is loaded when it is first used.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { FieldDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { InternalError } from '../base/errors.js';

const scalarTypes = ['double', 'float', 'int64', 'uint64', 'int32', 'bool', 'string', 'bytes'] as const;
type ScalarType = (typeof scalarTypes)[number];

const isScalarType = (type: string): type is ScalarType => (scalarTypes as readonly string[]).includes(type);

/** A field: its number, its type (a scalar's, or the name of a message), and whether there may be many. */
export type FieldDefinition = readonly [number: number, type: string, repeated?: 'repeated'];

/** Messages by name, each of fields by their name in the definition language (`wall_time`). */
export type MessageDefinitions = Readonly<Record<string, Readonly<Record<string, FieldDefinition>>>>;

/**
 * Objects have the fields' names in camelCase (`wallTime`); int64 and uint64 are bigints. As in the version 3 of the language, a
 * field that is not given is 0 or empty, and is not written.
 */
export interface MessageCodec {
  readonly encode: (message: string, value: Readonly<Record<string, unknown>>) => Uint8Array<ArrayBuffer>;
  /** @throws Error for bytes that are no such message */
  readonly decode: (message: string, bytes: Uint8Array) => object;
}

/** The codec of messages that belong together. */
export async function messageCodec(packageName: string, definitions: MessageDefinitions): Promise<MessageCodec> {
  const { create, createFileRegistry, fromBinary, toBinary } = await import('@bufbuild/protobuf');
  const descriptors = await import('@bufbuild/protobuf/wkt');
  const { FieldDescriptorProto_Label: Label, FieldDescriptorProto_Type: Type } = descriptors;
  // An enum is written as its number, an int32.
  const scalars = {
    double: Type.DOUBLE,
    float: Type.FLOAT,
    int64: Type.INT64,
    uint64: Type.UINT64,
    int32: Type.INT32,
    bool: Type.BOOL,
    string: Type.STRING,
    bytes: Type.BYTES,
  } as const satisfies Record<ScalarType, unknown>;
  const field = (name: string, definition: FieldDefinition): MessageInitShape<typeof FieldDescriptorProtoSchema> => {
    const [number, type, repeated] = definition;
    const label = repeated ? Label.REPEATED : Label.OPTIONAL;
    if (isScalarType(type)) return { name, number, label, type: scalars[type] };
    return { name, number, label, type: Type.MESSAGE, typeName: `.${packageName}.${type}` };
  };
  const file = create(descriptors.FileDescriptorProtoSchema, {
    name: `${packageName}.proto`,
    package: packageName,
    syntax: 'proto3',
    messageType: Object.entries(definitions).map(([name, fields]) => ({
      name,
      field: Object.entries(fields).map(([fieldName, definition]) => field(fieldName, definition)),
    })),
  });
  const registry = createFileRegistry(file, () => undefined);
  const schema = (message: string): NonNullable<ReturnType<typeof registry.getMessage>> => {
    const found = registry.getMessage(`${packageName}.${message}`);
    if (!found) throw new InternalError(`There is no definition of a message ${message} in ${packageName}.`);
    return found;
  };
  return {
    encode: (message, value) => toBinary(schema(message), create(schema(message), value)),
    decode: (message, bytes) => fromBinary(schema(message), bytes),
  };
}
