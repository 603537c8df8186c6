// The kinds of values that TensorBoard shows, as TensorFlow's `tf.summary` writes them.
import { encodePng, type Pixels } from '../encode-png.js';
import { tensorTypes, type EventTensor, type EventValue } from './event.js';
import type { Histogram } from './histogram.js';

const shape = (...sizes: readonly number[]): EventTensor['tensorShape'] => ({
  dim: sizes.map((size) => ({ size: BigInt(size) })),
});

function littleEndian(length: number, bytesPerElement: 4 | 8, at: (index: number) => number): Uint8Array {
  const bytes = new Uint8Array(length * bytesPerElement);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < length; i++)
    if (bytesPerElement === 4) view.setFloat32(4 * i, at(i), true);
    else view.setFloat64(8 * i, at(i), true);
  return bytes;
}

const text = new TextEncoder();

/** A number, a point of a curve. */
export function scalarValue(tag: string, value: number): EventValue {
  return {
    tag,
    tensor: {
      dtype: tensorTypes.float,
      tensorShape: shape(),
      tensorContent: littleEndian(1, 4, () => value),
    },
    metadata: { pluginData: { pluginName: 'scalars' } },
  };
}

/** A histogram. */
export function histogramValue(tag: string, { bucketCount, rows }: Histogram): EventValue {
  return {
    tag,
    tensor: {
      dtype: tensorTypes.double,
      tensorShape: shape(bucketCount, 3),
      tensorContent: littleEndian(rows.length, 8, (i) => rows[i]!),
    },
    metadata: { pluginData: { pluginName: 'histograms' } },
  };
}

/** Pictures of one size; at least one. */
export async function imagesValue(tag: string, pictures: readonly [Pixels, ...Pixels[]]): Promise<EventValue> {
  const [{ width, height }] = pictures;
  const files = await Promise.all(pictures.map(encodePng));
  return {
    tag,
    tensor: {
      dtype: tensorTypes.string,
      tensorShape: shape(2 + files.length),
      stringVal: [text.encode(String(width)), text.encode(String(height)), ...files],
    },
    metadata: { pluginData: { pluginName: 'images' } },
  };
}

/** A model as Keras describes it in JSON, for the conceptual graph. */
export function modelValue(tag: string, json: string): EventValue {
  return {
    tag,
    tensor: { dtype: tensorTypes.string, tensorShape: shape(), stringVal: [text.encode(json)] },
    // The content is the version of the plugin's data.
    metadata: { pluginData: { pluginName: 'graph_keras_model', content: text.encode('1') } },
  };
}
