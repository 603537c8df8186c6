// The tutorial: every English page's program runs on all of MNIST, prints what stands beside it, and saves the pictures
// that the page shows. The Chinese pages are shown to be the same programs with the same numbers; they run too, on a few
// samples. `node tools/tutorial.mjs` runs all of both and writes numbers and pictures anew.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as nacre from 'nacre';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setConsole } from '../src/nn/console.js';
import { placedTexts } from '../src/plot/terminal/placed-text.js';
import {
  blocksOf,
  pagePath,
  printedBy,
  readPage,
  runBlocks,
  saidBy,
  tutorialFolders,
  tutorialPages,
} from '../tools/tutorial-pages.mjs';
import { resetConsole } from './support/console.js';

const home = process.cwd();
beforeAll(async () => {
  // Its results are the same bits on every machine, and so are the numbers on the pages.
  await nacre.setBackend({ name: 'wasm', threads: 2 });
});
afterAll(async () => {
  resetConsole();
  await nacre.setBackend('reference');
});

/** What the pages import, with models that train on a few samples only. */
function briefly(): typeof nacre {
  const sequential: typeof nacre.sequential = (options) => {
    const model = nacre.sequential(options);
    const fit = model.fit.bind(model);
    model.fit = async (x, y, settings) =>
      fit((x as nacre.Tensor).slice([0, 640]), (y as nacre.Tensor).slice([0, 640]), { ...settings, epochs: 2 });
    return model;
  };
  return { ...nacre, sequential };
}

const numbersIn = (text: string): string[] => text.match(/\d+(?:\.\d+)?/g) ?? [];
const isPicture = (file: string): boolean => file.endsWith('.svg');
const textsOf = (svg: string): string[] => placedTexts(svg).map(({ text }) => text);

describe.each(tutorialFolders)('docs/%s', (folder) => {
  let workFolder: string;
  beforeAll(async () => {
    workFolder = await mkdtemp(join(tmpdir(), 'nacre-tutorial-'));
    // What a page saves, it saves where it runs.
    process.chdir(workFolder);
  });
  afterAll(async () => {
    process.chdir(home);
    await rm(workFolder, { recursive: true });
  });

  const isWhole = folder === 'tutorial';

  test.each(tutorialPages)(isWhole ? '%s prints what it says' : '%s runs', async (page) => {
    const blocks = blocksOf(await readPage(folder, page));
    const outputs = await runBlocks(blocks, isWhole ? { ...nacre } : briefly(), setConsole);
    const [said, printed] = [blocks.map(saidBy), blocks.map((block, i) => printedBy(block, outputs[i]!))];
    if (isWhole) expect(printed).toEqual(said);
    else expect(printed.map(({ length }) => length)).toEqual(said.map(({ length }) => length));
    expect(said.flat().length).toBeGreaterThan(2);
  });

  test('the pictures are those that the pages save, and each is shown', async () => {
    const drawn = (await readdir(workFolder)).filter(isPicture).sort();
    const folderOfPictures = pagePath(folder, 'pictures');
    expect((await readdir(folderOfPictures)).filter(isPicture).sort()).toEqual(drawn);
    // Trained briefly, a network has other mistakes and areas.
    for (const file of isWhole ? drawn : []) {
      const [now, then] = await Promise.all(
        [workFolder, folderOfPictures].map((place) => readFile(join(place, file), 'utf8')),
      );
      expect(textsOf(now!), file).toEqual(textsOf(then!));
    }
    const pages = (await Promise.all(tutorialPages.map((page) => readPage(folder, page)))).join('\n');
    const shown = Array.from(pages.matchAll(/\]\(pictures\/([\w-]+\.svg)\)/g), ([, file]) => file!);
    expect(shown.sort()).toEqual(drawn);
  });

  test.each(['README.md', ...tutorialPages])('the links of %s lead somewhere', async (page) => {
    const text = await readPage(folder, page);
    const targets = Array.from(text.matchAll(/\]\(([^):#]+)\)/g), ([, target]) => target!);
    expect(targets.length).toBeGreaterThan(2);
    for (const target of targets) await readFile(join(dirname(pagePath(folder, page)), target));
  });
});

test.each(tutorialPages)('%s is one program in both languages but for comments and what is shown', async (page) => {
  const [english, chinese] = await Promise.all(tutorialFolders.map((folder) => readPage(folder, page)));
  const bare = (text: string): string[] =>
    blocksOf(text).map(({ code }) =>
      code
        .replace("setPictureLanguage('zh');\n", '')
        .replaceAll(/ *\/\/ .*$/gm, '')
        .replaceAll(/'[^'\n]*'|`[^`\n]*`/g, '""')
        .replaceAll(/\s+/g, ''),
    );
  const imports = /import\{[^}]*\}from"";/;
  expect(bare(chinese!).map((code) => code.replace(imports, ''))).toEqual(
    bare(english!).map((code) => code.replace(imports, '')),
  );
});

test.each(tutorialPages)('%s prints the same numbers in both languages', async (page) => {
  const [english, chinese] = await Promise.all(
    tutorialFolders.map(async (folder) => blocksOf(await readPage(folder, page)).map(saidBy)),
  );
  const numbers = (said: readonly (readonly string[])[]): string[] => said.flatMap((texts) => texts.flatMap(numbersIn));
  expect(numbers(chinese!)).toEqual(numbers(english!));
});

test('Chinese pictures say nothing in English but names and abbreviations', async () => {
  const folder = pagePath('zh', 'pictures');
  const known =
    /^(relu|sigmoid|tanh|AUC|AP|ROC|MNIST|log|p|Input|Flatten|Dense|Dropout|softmax|None|pixels|hidden|forget|digit|dropout)$/;
  for (const file of (await readdir(folder)).filter(isPicture)) {
    const words = textsOf(await readFile(join(folder, file), 'utf8')).flatMap((text) => text.match(/[a-z]+/gi) ?? []);
    expect(
      words.filter((word) => !known.test(word)),
      file,
    ).toEqual([]);
  }
});
