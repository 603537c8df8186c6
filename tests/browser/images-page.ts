// What images.test.ts calls in a page: image files decoded from their bytes.
import { images } from '../../src/browser.js';

const page = {
  /** Shape and pixels, or the error as text. */
  decode: async (bytes: readonly number[]): Promise<unknown> => {
    try {
      const image = await images.decode(Uint8Array.from(bytes), { colorMode: 'rgba' });
      return { shape: image.shape, data: Array.from(await image.data()) };
    } catch (error) {
      return String(error);
    }
  },
  /** The pixels of what a page holds the image of a file in, by the kind of holder. */
  held: async (bytes: readonly number[]): Promise<Record<string, unknown>> => {
    const file = new Blob([Uint8Array.from(bytes)], { type: 'image/png' });
    const bitmap = await createImageBitmap(file);
    const image = new Image(5, 5);
    image.src = URL.createObjectURL(file);
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    const context = canvas.getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    const offscreen = new OffscreenCanvas(bitmap.width, bitmap.height);
    offscreen.getContext('2d')!.drawImage(bitmap, 0, 0);
    const data = context.getImageData(0, 0, canvas.width, canvas.height);
    const found: Record<string, unknown> = {};
    for (const [name, source] of Object.entries({ file, bitmap, image, canvas, offscreen, data })) {
      const pixels = await images.fromPixels(source);
      found[name] = { shape: pixels.shape, data: Array.from(await pixels.data()) };
    }
    return found;
  },
};

export type ImagesPage = typeof page;

(globalThis as unknown as { imagesPage: ImagesPage }).imagesPage = page;
