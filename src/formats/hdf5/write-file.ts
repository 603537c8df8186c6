// Writes the bytes of an HDF5 file with the HDF5 library, as h5py does by default: the oldest layout, arrays in one
// piece. The function is sent to workers as text: it uses nothing but what it is given and the language's own.
import type { Hdf5Library, Hdf5NewOutline } from './library.js';
import type { RawAttribute, RawGroup } from './raw.js';

/** @throws Error whose message says where and what */
export function writeHdf5File(library: Hdf5Library, root: RawGroup): Uint8Array<ArrayBuffer> {
  const { FS: files } = library;
  const fileName = '/write.h5';

  const outlineOf = (
    type: number,
    size: number,
    signed: boolean,
    shape: readonly number[],
    isText = false,
  ): Hdf5NewOutline => {
    const sizes = shape.map(BigInt);
    const texts = isText ? { cset: 1 } : {};
    return {
      type,
      size,
      signed,
      vlen: isText,
      littleEndian: true,
      shape: sizes,
      maxshape: sizes,
      chunks: null,
      ...texts,
    };
  };

  const withBytes = <Result>(bytes: Uint8Array, write: (pointer: bigint) => Result): Result => {
    const pointer = library._malloc(Math.max(bytes.byteLength, 1));
    if (pointer === 0) throw new Error(`there is no memory for ${bytes.byteLength} bytes`);
    try {
      library.HEAPU8.set(bytes, pointer);
      return write(BigInt(pointer));
    } finally {
      library._free(pointer);
    }
  };

  const writeAttribute = (file: bigint, path: string, name: string, value: RawAttribute): number => {
    if (typeof value === 'string')
      return library.create_vlen_str_attribute(file, path, name, [value], outlineOf(3, 4, false, [], true));
    if (typeof value !== 'number' && value.length > 0)
      return library.create_vlen_str_attribute(file, path, name, value, outlineOf(3, 4, false, [value.length], true));
    // What NumPy makes of an empty list.
    if (typeof value !== 'number')
      return withBytes(new Uint8Array(0), (pointer) =>
        library.create_attribute(file, path, name, pointer, outlineOf(1, 8, true, [0])),
      );
    const isWhole = Number.isSafeInteger(value);
    const bytes = new Uint8Array((isWhole ? BigInt64Array.of(BigInt(value)) : Float64Array.of(value)).buffer);
    return withBytes(bytes, (pointer) =>
      library.create_attribute(file, path, name, pointer, outlineOf(isWhole ? 0 : 1, 8, true, [])),
    );
  };

  const writeGroup = (file: bigint, path: string, { attributes, groups, arrays }: RawGroup): void => {
    const childOf = (name: string): string => `${path === '/' ? '' : path}/${name}`;
    for (const [name, value] of attributes)
      if (writeAttribute(file, path, name, value) < 0) throw new Error(`${path}: could not write attribute '${name}'`);
    for (const [name, { type, shape, bytes }] of arrays) {
      const child = childOf(name);
      const outline = outlineOf(type.startsWith('F') ? 1 : 0, Number(type.slice(1)) / 8, !type.startsWith('U'), shape);
      if (withBytes(bytes, (pointer) => library.create_dataset(file, child, pointer, outline)) < 0)
        throw new Error(`${child}: could not write it`);
    }
    for (const [name, group] of groups) {
      const child = childOf(name);
      if (library.create_group(file, child, false) < 0) throw new Error(`${child}: could not make the group`);
      writeGroup(file, child, group);
    }
  };

  library.activate_throwing_error_handler();
  let file: bigint | undefined;
  try {
    file = library.open(fileName, library.H5F_ACC_TRUNC, false, library.H5F_LIBVER_EARLIEST, library.H5F_LIBVER_LATEST);
    writeGroup(file, '/', root);
    library.close_file(file);
    file = undefined;
    return files.readFile(fileName);
  } finally {
    try {
      if (file !== undefined) library.close_file(file);
    } finally {
      files.unlink(fileName);
    }
  }
}
