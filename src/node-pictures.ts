// How pictures are drawn, kept and shown in Node.
import { nodePlatform } from './platform/node.js';
import { nodeFiles } from './platform/node/files.js';
import { notebookDisplay } from './platform/node/notebook.js';
import { readOwnPackageFile } from './platform/node/packages.js';
import { resvgDrawing } from './plot/render/png.js';
import type { PictureServices } from './plot/services.js';
import { terminalText } from './plot/terminal/show.js';

const draw = resvgDrawing(readOwnPackageFile);

export const nodePictures: PictureServices = {
  draw,
  save: (path, bytes) => nodeFiles.write(path, bytes),
  show: async (picture) => {
    const display = notebookDisplay();
    if (display !== undefined) await display(await picture.mediaBundle());
    else {
      const { terminal } = nodePlatform;
      terminal.write(await terminalText(await picture.svg(), terminal, draw));
    }
  },
};
