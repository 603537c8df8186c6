// Reads the bytes of an HDF5 file with the HDF5 library. The function is sent to workers as text: it uses nothing but
// what it is given and the language's own.
import type { Hdf5Library, Hdf5Outline } from './library.js';
import type { RawArray, RawAttribute, RawGroup, RawType, ReadLimits } from './raw.js';

/**
 * The whole tree of a file. What would lead out of it (soft and external links, virtual data sets) is refused, as Keras
 * does. The shape of an array is compared with the length of the file before memory is taken for it.
 * @throws Error whose message says where and what, without the file's name
 */
export function readHdf5File(library: Hdf5Library, bytes: Uint8Array, limits: ReadLimits): RawGroup {
  const { FS: files } = library;
  const fileName = '/read.h5';
  const classes = { integer: 0, float: 1, string: 3, opaque: 5, enumeration: 8 };
  const decoder = new TextDecoder();
  let objects = 0;
  let plainBytes = 0;
  let packedBytes = 0;

  const fail = (place: string, text: string): never => {
    throw new Error(`${place}: ${text}`);
  };

  /** `read` with memory of the library, which is given back. */
  const withMemory = <Result>(byteLength: number, read: (pointer: number) => Result): Result => {
    const pointer = library._malloc(Math.max(byteLength, 1));
    if (pointer === 0) throw new Error(`there is no memory for ${byteLength} bytes`);
    try {
      return read(pointer);
    } finally {
      library._free(pointer);
    }
  };

  const textAt = (begin: number, most: number): string => {
    const heap = library.HEAPU8;
    let end = begin;
    while (end < begin + most && heap[end] !== 0) end++;
    return decoder.decode(heap.slice(begin, end));
  };

  const readAttribute = (file: bigint, path: string, name: string): RawAttribute | undefined => {
    const place = `${path}, attribute '${name}'`;
    const { type, shape, size, total_size: count, vlen, signed } = library.get_attribute_metadata(file, path, name);
    if (!shape) return undefined;
    const isNumber = type === classes.integer || type === classes.float;
    // NumPy makes an empty list one of float64.
    if (isNumber && count === 0) return [];
    if (type !== classes.string && !(isNumber && shape.length === 0)) return undefined;
    const byteLength = size * count;
    plainBytes += byteLength;
    if (!(plainBytes <= bytes.byteLength)) fail(place, `it takes ${byteLength} bytes, more than the file has`);
    return withMemory(byteLength, (pointer) => {
      if (library.get_attribute_data(file, path, name, BigInt(pointer)) < 0) fail(place, 'it cannot be read');
      const view = new DataView(library.HEAPU8.buffer, pointer, byteLength);
      if (isNumber) {
        if (type === classes.float) return size === 8 ? view.getFloat64(0, true) : view.getFloat32(0, true);
        if (size === 8) return Number(signed ? view.getBigInt64(0, true) : view.getBigUint64(0, true));
        if (size === 4) return signed ? view.getInt32(0, true) : view.getUint32(0, true);
        if (size === 2) return signed ? view.getInt16(0, true) : view.getUint16(0, true);
        return signed ? view.getInt8(0) : view.getUint8(0);
      }
      const texts: string[] = [];
      let length = 0;
      for (let index = 0; index < count; index++) {
        const at = vlen ? view.getUint32(index * 4, true) : pointer + index * size;
        const text = at === 0 ? '' : textAt(at, vlen ? Infinity : size);
        length += text.length;
        if (length > bytes.byteLength) fail(place, 'its texts are longer than the file');
        texts.push(text);
      }
      if (vlen) library.reclaim_vlen_memory(file, path, name, BigInt(pointer));
      return shape.length === 0 ? texts[0]! : texts;
    });
  };

  const typeOf = (place: string, { type, size, signed, enum_type: members }: Hdf5Outline): RawType => {
    const bits = size * 8;
    if (type === classes.float && (bits === 16 || bits === 32 || bits === 64)) return `F${bits}`;
    if (type === classes.integer && (bits === 8 || bits === 16 || bits === 32 || bits === 64))
      return `${signed ? 'I' : 'U'}${bits}`;
    if (type === classes.opaque && size === 2) return 'V16';
    if (type === classes.enumeration && size === 1 && members?.members.FALSE === 0 && members.members.TRUE === 1)
      return 'BOOL';
    return fail(place, `expected numbers of 8 to 64 bits, received elements of ${size} bytes of class ${type}`);
  };

  const readArray = (file: bigint, path: string): RawArray => {
    const outline = library.get_dataset_metadata(file, path);
    const { shape, size, total_size: count } = outline;
    if (!shape) return fail(path, 'expected an array, received a data set without a shape');
    if (outline.virtual_sources)
      return fail(path, 'its data are in other files (a virtual data set), which is refused');
    const type = typeOf(path, outline);
    const byteLength = size * count;
    const isPacked = outline.chunks !== null;
    if (isPacked) packedBytes += byteLength;
    else plainBytes += byteLength;
    if (!(plainBytes <= bytes.byteLength && packedBytes <= limits.ratio * bytes.byteLength))
      return fail(
        path,
        `shape [${shape.join(', ')}] with ${size} bytes an element takes ${byteLength} bytes, and the whole file has ${bytes.byteLength}`,
      );
    const own = withMemory(byteLength, (pointer) => {
      if (library.get_dataset_data(file, path, null, null, null, BigInt(pointer)) < 0)
        return fail(path, 'its data cannot be read');
      return library.HEAPU8.slice(pointer, pointer + byteLength);
    });
    if (type !== 'V16' && type !== 'F16') return { type, shape, bytes: own };
    const names = library.get_attribute_names(file, path);
    const isBrain = names.includes('dtype') && readAttribute(file, path, 'dtype') === 'bfloat16';
    return { type: isBrain ? 'BF16' : type, shape, bytes: own };
  };

  const readGroup = (file: bigint, path: string, depth: number): RawGroup => {
    if (depth > limits.depth) return fail(path, `groups go deeper than ${limits.depth} levels`);
    const attributes = new Map<string, RawAttribute>();
    for (const name of library.get_attribute_names(file, path)) {
      const value = readAttribute(file, path, name);
      if (value !== undefined) attributes.set(name, value);
    }
    const groups = new Map<string, RawGroup>();
    const arrays = new Map<string, RawArray>();
    for (const name of library.get_names(file, path, false)) {
      const child = `${path === '/' ? '' : path}/${name}`;
      // An object takes more than that; links that form a circle show it over and over again.
      if (++objects * 16 > bytes.byteLength) return fail(child, 'there are more objects than the file has room for');
      if (library.get_symbolic_link(file, child) !== null) return fail(child, 'it is a soft link, which is refused');
      if (library.get_external_link(file, child).filename !== undefined)
        return fail(child, 'it is an external link, which is refused');
      const kind = library.get_type(file, child);
      if (kind === library.H5G_GROUP) groups.set(name, readGroup(file, child, depth + 1));
      else if (kind === library.H5G_DATASET) arrays.set(name, readArray(file, child));
      else return fail(child, `expected a group or a data set, received an object of kind ${kind}`);
    }
    return { attributes, groups, arrays };
  };

  library.activate_throwing_error_handler();
  // The library keeps these bytes and copies nothing.
  files.writeFile(fileName, bytes, { canOwn: true });
  let file: bigint | undefined;
  try {
    file = library.open(fileName, library.H5F_ACC_RDONLY, false, -1, -1);
    return readGroup(file, '/', 0);
  } finally {
    try {
      if (file !== undefined) library.close_file(file);
    } finally {
      files.unlink(fileName);
    }
  }
}
