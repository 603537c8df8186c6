// Writes the tutorials' networks as ONNX models, for onnxruntime: the few messages and fields of onnx.proto3 that they
// need, in the wire format of protocol buffers.
import type { Sequential } from 'nacre';

/** The bytes of a message's fields, in order. */
type Message = readonly Uint8Array[];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

const whole = (field: number, value: number): Uint8Array => Uint8Array.from([...varint(field * 8), ...varint(value)]);

function bytes(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
}

const text = (field: number, value: string): Uint8Array => bytes(field, Buffer.from(value));
const message = (field: number, fields: Message): Uint8Array => bytes(field, Buffer.concat(fields));

/** AttributeProto of whole numbers. */
function integers(name: string, values: readonly number[]): Uint8Array {
  const [ofIntegers, typeIntegers] = [8, 7];
  return message(5, [text(1, name), ...values.map((value) => whole(ofIntegers, value)), whole(20, typeIntegers)]);
}

function integer(name: string, value: number): Uint8Array {
  const [ofInteger, typeInteger] = [3, 2];
  return message(5, [text(1, name), whole(ofInteger, value), whole(20, typeInteger)]);
}

/** NodeProto, as a field of the graph. */
function node(op: string, inputs: readonly string[], output: string, attributes: Message = []): Uint8Array {
  return message(1, [...inputs.map((input) => text(1, input)), text(2, output), text(4, op), ...attributes]);
}

const float = 1;

/** TensorProto, as a field of the graph. */
function initializer(name: string, shape: readonly number[], values: Float32Array): Uint8Array {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return message(5, [...shape.map((size) => whole(1, size)), whole(2, float), text(8, name), bytes(9, raw)]);
}

/** ValueInfoProto of a tensor of floats. */
function value(field: number, name: string, shape: readonly number[]): Uint8Array {
  const dimensions = shape.map((size) => message(1, [whole(1, size)]));
  const tensorType = message(1, [whole(1, float), message(2, dimensions)]);
  return message(field, [text(1, name), message(2, [tensorType])]);
}

/** [height, width, in, out] -> [out, in, height, width]. */
function convolutionKernel(values: ArrayLike<number>, [H, W, C, F]: readonly number[]): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const [f, c] = [i % F!, Math.floor(i / F!) % C!];
    const [w, h] = [Math.floor(i / (F! * C!)) % W!, Math.floor(i / (F! * C! * W!))];
    result[((f * C! + c) * H! + h) * W! + w] = values[i]!;
  }
  return result;
}

/** Rows of a dense kernel from [height, width, channels] to [channels, height, width]. */
function channelsFirstRows(values: ArrayLike<number>, units: number, [H, W, C]: readonly number[]): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < H! * W! * C!; row++) {
    const [c, place] = [row % C!, Math.floor(row / C!)];
    for (let unit = 0; unit < units; unit++) result[(c * H! * W! + place) * units + unit] = values[row * units + unit]!;
  }
  return result;
}

/**
 * The model as a file of ONNX (opset 17): images `x` [batch, 1, 28, 28], or [batch, 28, 28] where there is no
 * convolution, to `y` [batch, 10]. Layout is the format's own, channels first.
 * @throws Error for a layer that is not one of the tutorials'
 */
export async function onnxModel(model: Sequential, batch: number): Promise<Uint8Array> {
  const graph: Uint8Array[] = [];
  const isConvolutional = model.inputShape.length === 4;
  let current = 'x';
  let count = 0;
  /** [height, width, channels] that were flattened, until a dense layer has read them. */
  let flattened: readonly number[] | undefined;
  const add = (op: string, inputs: readonly string[], attributes: Message = []): void => {
    const output = `v${count++}`;
    graph.push(node(op, [current, ...inputs], output, attributes));
    current = output;
  };
  const weight = (shape: readonly number[], values: Float32Array): string => {
    const name = `w${count++}`;
    graph.push(initializer(name, shape, values));
    return name;
  };
  for (const layer of model.layers) {
    const config = layer.getConfig();
    const [kernel, bias] = await Promise.all(layer.weights.map(async (variable) => variable.value.data()));
    const kernelShape = layer.weights[0]?.shape ?? [];
    switch (layer.className) {
      case 'Flatten':
        if (isConvolutional) flattened = (layer.inputShape as readonly number[]).slice(1);
        add('Flatten', [], [integer('axis', 1)]);
        break;
      case 'Dropout':
        break;
      case 'Conv2D': {
        const [H, W, C, F] = kernelShape as [number, number, number, number];
        add(
          'Conv',
          [weight([F, C, H, W], convolutionKernel(kernel!, kernelShape)), weight([F], Float32Array.from(bias!))],
          [integers('kernel_shape', [H, W])],
        );
        break;
      }
      case 'MaxPooling2D': {
        const size = config.pool_size as readonly number[];
        add('MaxPool', [], [integers('kernel_shape', size), integers('strides', size)]);
        break;
      }
      case 'Dense': {
        const [inputs, units] = kernelShape as [number, number];
        const values = flattened ? channelsFirstRows(kernel!, units, flattened) : Float32Array.from(kernel!);
        flattened = undefined;
        add('Gemm', [weight([inputs, units], values), weight([units], Float32Array.from(bias!))]);
        break;
      }
      default:
        throw new Error(`No counterpart of the layer ${layer.className} is known for ONNX.`);
    }
    if (config.activation === 'relu') add('Relu', []);
    if (config.activation === 'softmax') add('Softmax', [], [integer('axis', 1)]);
  }
  const inputShape = isConvolutional ? [batch, 1, 28, 28] : [batch, 28, 28];
  graph.push(text(2, 'network'), value(11, 'x', inputShape), value(12, current, [batch, 10]));
  const [irVersion, opset] = [8, 17];
  return Buffer.concat([whole(1, irVersion), message(7, graph), message(8, [text(1, ''), whole(2, opset)])]);
}
