// The functions of the HDF5 library (h5wasm) that are used. Its own types would make Emscripten's names global.

/** What describes an array or attribute to the library. */
interface Described {
  /** HDF5's class: 0 whole numbers, 1 floating point, 3 texts, 5 opaque, 8 enumerations. */
  readonly type: number;
  /** Bytes of an element. */
  readonly size: number;
  readonly signed: boolean;
  /** Texts of any length. */
  readonly vlen: boolean;
}

export interface Hdf5Outline extends Described {
  /** null for a data space of no elements at all. */
  readonly shape: readonly number[] | null;
  readonly total_size: number;
  readonly chunks: readonly number[] | null;
  readonly virtual_sources?: unknown;
  readonly enum_type?: { readonly members: Readonly<Record<string, number>> };
}

export interface Hdf5NewOutline extends Described {
  readonly littleEndian: true;
  readonly shape: readonly bigint[];
  readonly maxshape: readonly bigint[];
  readonly chunks: null;
  /** 1 for UTF-8. */
  readonly cset?: number;
}

export interface Hdf5Library {
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array, options: { readonly canOwn: boolean }): void;
    readFile(path: string): Uint8Array<ArrayBuffer>;
    unlink(path: string): void;
  };
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _malloc(byteLength: number): number;
  _free(pointer: number): void;
  readonly H5F_ACC_RDONLY: number;
  readonly H5F_ACC_TRUNC: number;
  readonly H5F_LIBVER_EARLIEST: number;
  readonly H5F_LIBVER_LATEST: number;
  readonly H5G_GROUP: number;
  readonly H5G_DATASET: number;
  /** From then on a failure is thrown; before, it is printed and its code returned. */
  activate_throwing_error_handler(): number;
  open(path: string, mode: number, trackOrder: boolean, oldest: number, newest: number): bigint;
  close_file(file: bigint): number;
  get_names(file: bigint, path: string, recursive: boolean): string[];
  get_type(file: bigint, path: string): number;
  get_symbolic_link(file: bigint, path: string): string | null;
  get_external_link(file: bigint, path: string): { readonly filename?: string };
  get_attribute_names(file: bigint, path: string): string[];
  get_attribute_metadata(file: bigint, path: string, name: string): Hdf5Outline;
  get_attribute_data(file: bigint, path: string, name: string, pointer: bigint): number;
  get_dataset_metadata(file: bigint, path: string): Hdf5Outline;
  get_dataset_data(file: bigint, path: string, count: null, offset: null, strides: null, pointer: bigint): number;
  reclaim_vlen_memory(file: bigint, path: string, attribute: string, pointer: bigint): number;
  create_group(file: bigint, path: string, trackOrder: boolean): number;
  create_dataset(file: bigint, path: string, pointer: bigint, outline: Hdf5NewOutline): number;
  create_attribute(file: bigint, path: string, name: string, pointer: bigint, outline: Hdf5NewOutline): number;
  create_vlen_str_attribute(
    file: bigint,
    path: string,
    name: string,
    texts: readonly string[],
    outline: Hdf5NewOutline,
  ): number;
}
