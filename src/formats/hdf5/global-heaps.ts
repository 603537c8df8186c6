// Finds the damage that would keep the HDF5 library busy for ever: it reads a collection of texts of any length (a global
// heap) object by object, and an object that takes no room is read over and over again.

/** What begins a collection: `GCOL`, and version 1. */
const signature = [0x47, 0x43, 0x4f, 0x4c, 1] as const;
/** The library reads no smaller ones. */
const leastLength = 4096;

const padded = (length: number): number => Math.ceil(length / 8) * 8;

/**
 * The place of the first collection of which the library would never see the end; undefined where there is none.
 * Numbers of weights are not taken for a collection: its length, which follows its signature, has to fit into the file.
 */
export function endlessGlobalHeap(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The bytes that a length takes, which the file's first block says.
  const width = bytes[8]! < 2 ? bytes[14]! : bytes[10]!;
  if (width !== 2 && width !== 4 && width !== 8) return undefined;
  let total = 0;
  for (let at = bytes.indexOf(signature[0]); at !== -1; at = bytes.indexOf(signature[0], at + 1)) {
    if (!signature.every((byte, index) => bytes[at + index] === byte)) continue;
    const length = checkedLength(view, at, width);
    total += length;
    // Collections within each other would take as long as their lengths together.
    if (total > bytes.length) return at;
  }
  return undefined;
}

/** The length of the collection; 0 of what is none, Infinity of one without an end. */
function checkedLength(view: DataView, start: number, width: 2 | 4 | 8): number {
  const lengthAt = (at: number, most = width): number => {
    if (width === 2) return view.getUint16(at, true);
    return most === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
  };
  // Before the first object, and before what each object holds.
  const headerLength = padded(8 + width);
  if (start + headerLength > view.byteLength) return 0;
  // The library, which is compiled for 32 bits, takes no more of a collection's length.
  const length = lengthAt(start + 8, 4);
  const end = start + length;
  if (length < leastLength || end > view.byteLength) return 0;
  let at = start + headerLength;
  while (at + headerLength <= end) {
    const isFree = view.getUint16(at, true) === 0;
    const objectLength = lengthAt(at + 8);
    const taken = isFree ? objectLength : headerLength + padded(objectLength);
    // What goes beyond the end may come out of the library's 32 bits as nothing, or as a step back.
    if (taken === 0 || taken > end - at) return Infinity;
    at += taken;
  }
  return length;
}
