// The values that event_files.py lists, as the package makes them: from dist/ when they are recorded, from src/ in tests.

/**
 * @param {Pick<typeof import('../../src/formats/tensorboard/summaries.js'),
 *   'scalarValue' | 'histogramValue' | 'imagesValue' | 'modelValue'>
 *   & Pick<typeof import('../../src/formats/tensorboard/histogram.js'), 'histogram'>} formats
 * @param {{ kind: string, tag: string, value?: number, data?: number[], shape?: number[], json?: string }} given
 */
export async function makeValue(formats, { kind, tag, value = 0, data = [], shape = [], json = '' }) {
  switch (kind) {
    case 'scalar':
      return formats.scalarValue(tag, value);
    case 'histogram':
      return formats.histogramValue(tag, formats.histogram(Float32Array.from(data)));
    case 'images': {
      const [count = 0, height = 0, width = 0, channels] = shape;
      const size = data.length / count;
      const pictures = Array.from({ length: count }, (_, i) => ({
        width,
        height,
        channels: channels === 3 ? /** @type {const} */ (3) : /** @type {const} */ (1),
        data: Uint8Array.from(data.slice(i * size, (i + 1) * size)),
      }));
      const [first, ...others] = pictures;
      if (!first) throw new Error(`No pictures for ${tag}.`);
      return formats.imagesValue(tag, [first, ...others]);
    }
    case 'model':
      return formats.modelValue(tag, json);
    default:
      throw new Error(`No value of kind ${kind}.`);
  }
}
