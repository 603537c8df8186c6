// How pictures are drawn, kept and shown in a page: by the browser itself, with its fonts.
import { DataError, StateError, messageOf } from '../../base/errors.js';
import { download } from './download.js';

interface Showable {
  svg(): Promise<string>;
}

/** Needs a page; in a worker there is none. @throws StateError there */
function page(): Document {
  const { document } = globalThis as { document?: Document };
  if (document === undefined)
    throw new StateError(
      'Pictures are drawn and shown by the page. In a worker, send picture.spec or await picture.svg() to it.',
    );
  return document;
}

export const browserPictures = {
  draw: async (svg: string, scale: number) => {
    const canvas = page().createElement('canvas');
    const image = new Image();
    const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    try {
      image.src = address;
      await image.decode();
      canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
      canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
      const context = canvas.getContext('2d')!;
      context.drawImage(image, 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const blob = await new Promise<Blob | null>((resolve) => {
        canvas.toBlob(resolve, 'image/png');
      });
      const png = new Uint8Array(await blob!.arrayBuffer());
      return { width: canvas.width, height: canvas.height, pixels: new Uint8Array(data.buffer), png };
    } catch (error) {
      throw new DataError(`Could not draw the picture as PNG: ${messageOf(error)}.`, { cause: error });
    } finally {
      URL.revokeObjectURL(address);
    }
  },

  /** The browser's own download, under the last part of the path. */
  save: (path: string, bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<void> =>
    download(path.split('/').at(-1)!, bytes, mediaType),

  show: async (picture: Showable): Promise<void> => {
    const figure = page().createElement('figure');
    figure.innerHTML = await picture.svg();
    page().body.append(figure);
  },
};
