// Encodes pixels as PNG. The encoder is loaded when it is first used.
import { InternalError } from '../base/errors.js';

/** Pixels row by row, 1 byte a channel: grey (1), grey and alpha (2), red, green and blue (3), and alpha (4). */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array;
}

/** The bytes of a PNG file. */
export async function encodePng({ width, height, channels, data }: Pixels): Promise<Uint8Array> {
  if (data.length !== width * height * channels)
    throw new InternalError(`A picture of ${width} x ${height} x ${channels} was given ${data.length} bytes.`);
  const { encode } = await import('fast-png');
  return encode({ width, height, channels, data });
}
