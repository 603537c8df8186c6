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
};

export type ImagesPage = typeof page;

(globalThis as unknown as { imagesPage: ImagesPage }).imagesPage = page;
