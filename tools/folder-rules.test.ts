// The folder rules bite: a tree that keeps them passes, and every way of breaking one is reported by its name.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { mayImport } from './folder-rules.mjs';

type Files = Readonly<Record<string, string>>;

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

const cruiser = fileURLToPath(new URL('../node_modules/dependency-cruiser/bin/dependency-cruise.mjs', import.meta.url));
const rules = fileURLToPath(new URL('./folder-rules.mjs', import.meta.url));
const folders = Object.keys(mayImport);
const created: string[] = [];

afterAll(() => {
  for (const directory of created) rmSync(directory, { recursive: true });
});

/** Runs the rules over a tree of these files, as `npm run check:folders` does over the repository. */
function check(files: Files, outputType: 'json' | 'err'): { status: number | null; output: string } {
  const root = mkdtempSync(join(tmpdir(), 'nacre-folders-'));
  created.push(root);
  const tree = {
    'package.json': '{ "name": "nacre", "type": "module", "devDependencies": { "left": "1" } }',
    'tsconfig.json': '{ "compilerOptions": { "module": "NodeNext", "paths": { "nacre": ["./src/node.ts"] } } }',
    'apps/placeholder.ts': exporting,
    'examples/placeholder.ts': exporting,
    ...files,
  };
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const options = ['--config', rules, '--output-type', outputType, 'src', 'apps', 'examples'];
  const result = spawnSync(process.execPath, [cruiser, ...options], { cwd: root, encoding: 'utf8' });
  return { status: result.status, output: result.stdout };
}

/** The violations in a tree of these files, as `from -> to: rule`. */
function violationsOf(files: Files): string[] {
  const { summary } = JSON.parse(check(files, 'json').output) as { summary: { violations: Violation[] } };
  return summary.violations.map(({ from, to, rule }) => `${from} -> ${to}: ${rule.name}`).sort();
}

const exporting = 'export const value = 1;\nexport interface Value { value: number }\n';
const importing = (specifier: string): string =>
  `import { value } from '${specifier}';\nexport const twice = value * 2;\n`;

/** One file for every pair of folders for which `wanted` holds, importing the second folder from the first. */
function pairsOfFolders(wanted: (from: string, to: string) => boolean): Record<string, string> {
  const files: Record<string, string> = { 'src/entry.ts': exporting };
  for (const to of folders) files[`src/${to}/shared.ts`] = exporting;
  for (const from of folders)
    for (const to of [...folders, 'entry'])
      if (from !== to && wanted(from, to))
        files[`src/${from}/uses-${to}.ts`] = importing(to === 'entry' ? '../entry.js' : `../${to}/shared.js`);
  return files;
}

describe('the table', () => {
  test('is the one that CONTRIBUTING.md shows', () => {
    const contributing = readFileSync(new URL('../CONTRIBUTING.md', import.meta.url), 'utf8');
    const shown = [...contributing.matchAll(/^\| `src\/(\w+)\/` \|[^|]*\| ([^|]*) \|$/gm)].map(
      ([, folder, allowed]) => [
        folder,
        allowed === 'nothing' ? [] : allowed!.replace('entry points', 'entry').split(', '),
      ],
    );
    expect(Object.fromEntries(shown)).toEqual(mayImport);
  });

  test('lets every folder import what its row names', () => {
    expect(violationsOf(pairsOfFolders((from, to) => mayImport[from]!.includes(to)))).toEqual([]);
  });

  test('lets no folder import anything else', () => {
    const forbidden = pairsOfFolders((from, to) => !mayImport[from]!.includes(to));
    const expected = Object.keys(forbidden)
      .filter((path) => path.includes('/uses-'))
      .map((path) => {
        const [, from, to] = /src\/(\w+)\/uses-(\w+)[.]ts/.exec(path)!;
        return `${path} -> src/${to === 'entry' ? 'entry' : `${to!}/shared`}.ts: src-${from!}-may-import`;
      });
    const { status, output } = check(forbidden, 'err');
    expect(status).toBe(expected.length);
    expect(violationsOf(forbidden), output).toEqual(expected.sort());
  });
});

describe('reported is', () => {
  const cases: readonly [name: string, files: Files, violation: string][] = [
    [
      'an import of a type alone',
      {
        'src/nn/layer.ts': exporting,
        'src/base/typed.ts': "import type { Value } from '../nn/layer.js';\nexport type Both = Value;\n",
      },
      'src/base/typed.ts -> src/nn/layer.ts: src-base-may-import',
    ],
    [
      'an import made while running',
      { 'src/base/late.ts': "export const late = () => import('../nn/layer.js');\n" },
      'src/base/late.ts -> src/nn/layer.ts: src-base-may-import',
    ],
    [
      'one backend in another',
      { 'src/backends/wasm/print.ts': exporting, 'src/backends/native/print.ts': importing('../wasm/print.js') },
      'src/backends/native/print.ts -> src/backends/wasm/print.ts: backends-know-nothing-of-each-other',
    ],
    [
      'a folder without a row',
      { 'src/base/shape.ts': exporting, 'src/utils/helper.ts': importing('../base/shape.js') },
      'src/utils/helper.ts -> src/base/shape.ts: src-folder-unknown',
    ],
    [
      'a folder without a row that an entry point imports',
      { 'src/other.ts': importing('./misc/helper.js'), 'src/misc/helper.ts': exporting },
      'src/other.ts -> src/misc/helper.ts: src-folder-unknown-imported',
    ],
    [
      'a cycle of types inside one folder',
      {
        'src/ir/a.ts': "import type { B } from './b.js';\nexport interface A { b: B }\n",
        'src/ir/b.ts': "import type { A } from './a.js';\nexport interface B { a: A }\n",
      },
      'src/ir/a.ts -> src/ir/b.ts: no-cycles',
    ],
    [
      'a test that is imported',
      { 'src/ir/graph.test.ts': exporting, 'src/ir/graph.ts': importing('./graph.test.js') },
      'src/ir/graph.ts -> src/ir/graph.test.ts: nothing-imports-a-test',
    ],
    [
      'the package using what is not part of it',
      { 'tools/tool.ts': exporting, 'src/ir/tooled.ts': importing('../../tools/tool.js') },
      'src/ir/tooled.ts -> tools/tool.ts: src-stands-alone',
    ],
    [
      'an example that looks inside the package',
      { 'examples/first.ts': importing('../src/nn/layer.js') },
      'examples/first.ts -> src/nn/layer.ts: programs-use-the-entry-points',
    ],
    [
      'an entry point that uses the command',
      { 'src/cli/main.ts': exporting, 'src/node.ts': importing('./cli/main.js') },
      'src/node.ts -> src/cli/main.ts: entry-points-below-cli',
    ],
    [
      'a development dependency in the package',
      {
        'src/plot/picture.ts': importing('left'),
        'node_modules/left/package.json': '{ "name": "left", "version": "1.0.0", "main": "index.js" }',
        'node_modules/left/index.js': 'export const value = 1;\n',
      },
      'src/plot/picture.ts -> node_modules/left/index.js: only-declared-dependencies',
    ],
    [
      'a package that is not there',
      { 'src/plot/lost.ts': importing('missing') },
      'src/plot/lost.ts -> missing: imports-resolve',
    ],
    [
      "a module of Node's within the browser's reach",
      {
        'src/browser.ts': importing('./platform/files.js'),
        'src/platform/files.ts': "import { sep } from 'node:path';\nexport const value = sep.length;\n",
      },
      'src/browser.ts -> path: browser-without-node-modules',
    ],
  ];
  let reported: readonly string[] | undefined;
  const violations = (): readonly string[] =>
    (reported ??= violationsOf(Object.assign({}, ...cases.map(([, files]) => files)) as Files));

  test.each(cases)('%s', (_name, _files, violation) => {
    expect(violations()).toContain(violation);
  });

  test('nothing else', () => {
    expect(violations()).toEqual(cases.map(([, , violation]) => violation).sort());
  });
});

test('a test may import from anywhere, and a program the package by its name', () => {
  const files = {
    'src/node.ts': exporting,
    'src/base/shape.test.ts': importing('../node.js'),
    'examples/first.ts': importing('nacre'),
    'apps/mnist/options.ts': exporting,
    'apps/mnist/main.ts': importing('./options.js'),
  };
  expect(violationsOf(files)).toEqual([]);
  expect(check(files, 'err').status).toBe(0);
});
