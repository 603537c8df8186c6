// Runs the tutorial's pages, writes the pictures they save beside them, and what they print into them: `node
// tools/tutorial.mjs [tutorial] [zh]`, after `npm run build`. On WebAssembly, whose results are the same bits on every
// machine. tests/tutorial.test.ts runs the same and compares.
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resetSVGDefIds } from 'vega';
import { setConsole } from '../dist/nn/console.js';
import * as nacre from '../dist/node.js';
import {
  blocksOf,
  pagePath,
  readPage,
  runBlocks,
  tutorialFolders,
  tutorialPages,
  withOutputs,
} from './tutorial-pages.mjs';

await nacre.setBackend({ name: 'wasm', threads: 2 });
const chosen = process.argv.slice(2);
const unknown = chosen.filter((folder) => !tutorialFolders.some((known) => known === folder));
if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(', ')}. Known: ${tutorialFolders.join(', ')}.`);
for (const folder of chosen.length === 0 ? tutorialFolders : chosen) {
  // Beside the pages, so that finished pictures can be moved to their place.
  const workFolder = await mkdtemp(pagePath(folder, 'run-'));
  process.chdir(workFolder);
  // Names within pictures count on from picture to picture; the same, whichever folders are run.
  resetSVGDefIds();
  try {
    for (const page of tutorialPages) {
      const started = performance.now();
      const markdown = await readPage(folder, page);
      const outputs = await runBlocks(blocksOf(markdown), { ...nacre }, setConsole);
      await writeFile(pagePath(folder, page), withOutputs(markdown, outputs));
      console.log(`docs/${folder}/${page}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    }
    const pictures = pagePath(folder, 'pictures');
    await rm(pictures, { recursive: true, force: true });
    await mkdir(pictures, { recursive: true });
    for (const file of await readdir(workFolder))
      if (file.endsWith('.svg')) await rename(join(workFolder, file), join(pictures, file));
  } finally {
    process.chdir(pagePath(folder, ''));
    await rm(workFolder, { recursive: true });
  }
}
