import { describe, expect, test } from 'vitest';
import { goldenArray, readGolden, type GoldenArray } from '../../tests/support/golden.js';
import { DataError } from '../base/errors.js';
import { decodeImage } from './decode-image.js';
import { toColorMode } from './image.js';

interface Recorded {
  readonly files: readonly { readonly name: string; readonly file: string; readonly pixels: GoldenArray }[];
}
const { files } = readGolden('images') as Recorded;
const bytesOf = (name: string): Uint8Array => Buffer.from(files.find((file) => file.name === name)!.file, 'base64');

const failure = async (bytes: Uint8Array): Promise<string> => {
  const error: unknown = await decodeImage(bytes, 'x').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).message;
};

describe('decodeImage', () => {
  test.each(files.filter(({ name }) => name.startsWith('PNG')))('reads $name', async ({ file, pixels }) => {
    expect(await decodeImage(Buffer.from(file, 'base64'), 'x')).toEqual(goldenArray(pixels));
  });

  test.each(files.filter(({ name }) => name.startsWith('JPEG')))('reads $name', async ({ name, file, pixels }) => {
    const expected = goldenArray(pixels);
    const image = toColorMode(await decodeImage(Buffer.from(file, 'base64'), 'x'), 'rgb');
    expect(image.shape).toEqual(expected.shape);
    // Decoders may round each step as they like, and fill in halved colours as they like.
    const tolerance = name.includes('half') ? 40 : 4;
    const differences = Array.from(image.data, (value, index) => Math.abs(value - expected.data[index]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(tolerance);
    expect(differences.reduce((sum, difference) => sum + difference) / differences.length).toBeLessThan(tolerance / 4);
  });

  test('reads a view of a longer buffer', async () => {
    const bytes = bytesOf('PNG, rgb');
    const longer = new Uint8Array(bytes.length + 20);
    longer.set(bytes, 7);
    expect(await decodeImage(longer.subarray(7, 7 + bytes.length), 'x')).toEqual(await decodeImage(bytes, 'x'));
  });

  test('refuses what is cut off, whatever is missing', async () => {
    for (const name of [
      'PNG, rgb',
      'PNG, palette with alpha',
      'PNG, interlaced',
      'JPEG, all colours',
      'JPEG, progressive',
    ]) {
      const bytes = bytesOf(name);
      for (let length = 8; length < bytes.length - 2; length += 5)
        expect(await failure(bytes.subarray(0, length))).toMatch(
          /^x: the (PNG|JPEG) is damaged or incomplete \(.+\)\.$/s,
        );
    }
  });

  test('refuses a PNG in which any byte is wrong', async () => {
    const bytes = bytesOf('PNG, grey');
    for (let position = 8; position < bytes.length; position++) {
      const damaged = Uint8Array.from(bytes);
      damaged[position]! ^= 0x55;
      expect(await failure(damaged)).toMatch(/^x: (the PNG is damaged|expected at most 100 million pixels)/);
    }
  });

  test('says what it is where it is neither', async () => {
    const text = (start: string): Uint8Array => new TextEncoder().encode(start.padEnd(40));
    expect(await failure(text('GIF89a'))).toBe(
      'x: expected a PNG or JPEG image, received a GIF. Convert it to one of the two.',
    );
    expect(await failure(text('RIFF....WEBP'))).toContain('received a WebP');
    expect(await failure(text('    ftypheic'))).toContain('received a HEIC photo');
    expect(await failure(text('hello'))).toContain('received something else');
    expect(await failure(new Uint8Array(0))).toContain('received an empty file');
  });

  test('refuses more pixels than a picture has before it makes room for them', async () => {
    const png = Uint8Array.from(bytesOf('PNG, grey'));
    new DataView(png.buffer).setUint32(16, 2 ** 31 - 1);
    expect(await failure(png)).toMatch(/^x: expected at most 100 million pixels, received 2147483647 x 5\.$/);
    const jpeg = Uint8Array.from(bytesOf('JPEG, grey'));
    const frame = jpeg.findIndex((byte, index) => byte === 0xff && jpeg[index + 1] === 0xc0);
    new DataView(jpeg.buffer).setUint32(frame + 5, 0xffffffff);
    expect(await failure(jpeg)).toMatch(/^x: expected at most 100 million pixels\./);
  });

  test('refuses an interlaced PNG of few bits, which its decoder would mix up', async () => {
    const png = Uint8Array.from(bytesOf('PNG, grey of 1 bits'));
    png[28] = 1;
    expect(await failure(png)).toBe(
      'x: an interlaced PNG of 1 bits a channel is not read. Save it without interlacing.',
    );
  });
});
