// What crosses between Nacre and the thread that runs the HDF5 library: plain objects that messages can carry.

/** How the elements of an array are stored, little-endian: a kind and its bits; `V16` are two bytes of no kind. */
export type RawType =
  'F16' | 'F32' | 'F64' | 'BF16' | 'V16' | 'I8' | 'I16' | 'I32' | 'I64' | 'U8' | 'U16' | 'U32' | 'U64' | 'BOOL';

export interface RawArray {
  readonly type: RawType;
  readonly shape: readonly number[];
  /** In a buffer of their own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export type RawAttribute = string | readonly string[] | number;

export interface RawGroup {
  readonly attributes: Map<string, RawAttribute>;
  readonly groups: Map<string, RawGroup>;
  readonly arrays: Map<string, RawArray>;
}

/** What a file may ask for. */
export interface ReadLimits {
  /** Groups within groups. */
  readonly depth: number;
  /** Bytes of arrays that are compressed or in pieces, as a multiple of the file's own. */
  readonly ratio: number;
}
