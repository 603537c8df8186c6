// Turns photos upright. A camera stores the picture as its sensor lay and notes in the file's Exif data how it was held.
import type { NDArray } from '../base/ndarray.js';

/** Exif's numbers: 1 upright, 2 mirrored, 3 upside down, 4 that mirrored, 5 to 8 with rows and columns exchanged. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** The tag of the orientation, and the type of its value (Exif 2.3, table 4). */
const orientationTag = 0x0112;
const shortType = 3;

/** How the camera was held, from a JPEG's Exif data; 1 where it says nothing, or nothing that makes sense. */
export function jpegOrientation(bytes: Uint8Array): Orientation {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // After the start of the image: segments of a marker, a length that counts itself, and data.
  for (let position = 2; position + 4 <= view.byteLength;) {
    const marker = view.getUint16(position);
    const length = view.getUint16(position + 2);
    // Other markers have no data of this form: the image itself begins.
    if (marker < 0xffc0 || marker === 0xffda || length < 2) break;
    if (marker === 0xffe1 && position + 2 + length <= view.byteLength) {
      const data = new DataView(view.buffer, view.byteOffset + position + 4, length - 2);
      const found = exifOrientation(data);
      if (found !== undefined) return found;
    }
    position += 2 + length;
  }
  return 1;
}

/** The orientation in an APP1 segment: `Exif`, two zeros, and a TIFF whose first directory has it. */
function exifOrientation(segment: DataView): Orientation | undefined {
  if (segment.byteLength < 14 || segment.getUint32(0) !== 0x45786966) return undefined;
  const tiff = new DataView(segment.buffer, segment.byteOffset + 6, segment.byteLength - 6);
  const isLittle = tiff.getUint16(0) === 0x4949;
  const directory = tiff.getUint32(4, isLittle);
  if (directory + 2 > tiff.byteLength) return undefined;
  const entries = tiff.getUint16(directory, isLittle);
  for (let entry = 0; entry < entries; entry++) {
    const place = directory + 2 + 12 * entry;
    if (place + 12 > tiff.byteLength) return undefined;
    if (tiff.getUint16(place, isLittle) !== orientationTag) continue;
    const value = tiff.getUint16(place + 8, isLittle);
    const isValid = tiff.getUint16(place + 2, isLittle) === shortType && value >= 1 && value <= 8;
    return isValid ? (value as Orientation) : undefined;
  }
  return undefined;
}

/** The image [H, W, C] of uint8 as it was seen: [H, W, C], or [W, H, C] where the camera was held on its side. */
export function orient(image: NDArray, orientation: Orientation): NDArray {
  if (orientation === 1) return image;
  const [height, width, channels] = image.shape as [number, number, number];
  const isOnSide = orientation >= 5;
  const [newHeight, newWidth] = isOnSide ? [width, height] : [height, width];
  // Whether the stored row and column, which after an exchange follow the new column and row, run backwards.
  const rowsBackwards = [3, 4, 7, 8].includes(orientation);
  const columnsBackwards = [2, 3, 6, 7].includes(orientation);
  const pixels = new Uint8Array(image.data.length);
  let position = 0;
  for (let newRow = 0; newRow < newHeight; newRow++)
    for (let newColumn = 0; newColumn < newWidth; newColumn++) {
      const [r, c] = isOnSide ? [newColumn, newRow] : [newRow, newColumn];
      const row = (isOnSide ? columnsBackwards : rowsBackwards) ? height - 1 - r : r;
      const column = (isOnSide ? rowsBackwards : columnsBackwards) ? width - 1 - c : c;
      const from = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel++) pixels[position++] = image.data[from + channel]!;
    }
  return { dtype: 'uint8', shape: [newHeight, newWidth, channels], data: pixels };
}
