// The folder rules as dependency-cruiser checks them: which folder may import which, and no cycles anywhere.
// `npm run check:folders` runs them over the repository; folder-rules.test.ts shows that each of them bites.
import { builtinModules } from 'node:module';

/**
 * What each folder of src/ may import besides itself: the table of CONTRIBUTING.md. `entry` stands for the entry
 * points, the files directly in src/.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const mayImport = {
  cli: ['entry', 'evaluation', 'plot', 'data', 'formats', 'platform'],
  nn: ['tensor', 'evaluation', 'data', 'formats', 'base'],
  tensor: ['engine', 'autodiff', 'ir', 'base'],
  engine: ['compiler', 'runtime', 'ir', 'base'],
  autodiff: ['ir', 'base'],
  compiler: ['ir', 'base'],
  backends: ['runtime', 'ir', 'base'],
  runtime: ['ir', 'base'],
  platform: ['base'],
  ir: ['base'],
  data: ['formats', 'base'],
  formats: ['base'],
  report: ['evaluation', 'plot', 'base'],
  plot: ['base'],
  evaluation: ['base'],
  base: [],
};

// A test builds what it proves from wherever it likes; nothing may import a test.
const tests = '[.]test[.]ts$';

/** @param {string} folder */
const pathOf = (folder) => (folder === 'entry' ? '^src/[^/]+$' : `^src/${folder}/`);

const layers = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `src-${folder}-may-import`,
  comment: `src/${folder}/ may import ${allowed.length === 0 ? 'nothing' : `only ${allowed.join(', ')}`} besides itself.`,
  severity: 'error',
  from: { path: pathOf(folder), pathNot: tests },
  to: { path: '^src/', pathNot: [folder, ...allowed].map(pathOf) },
}));

export default {
  forbidden: [
    ...layers,
    {
      name: 'src-folder-unknown',
      comment:
        'A folder of src/ that the table does not list. Add its row in tools/folder-rules.mjs and CONTRIBUTING.md.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: Object.keys(mayImport).map(pathOf) },
      to: {},
    },
    {
      name: 'src-folder-unknown-imported',
      comment:
        'A folder of src/ that the table does not list. Add its row in tools/folder-rules.mjs and CONTRIBUTING.md.',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: Object.keys(mayImport).map(pathOf) },
    },
    {
      name: 'backends-know-nothing-of-each-other',
      comment: 'What two backends share belongs in runtime, ir or base.',
      severity: 'error',
      from: { path: '^src/backends/([^/]+)/', pathNot: tests },
      to: { path: '^src/backends/', pathNot: '^src/backends/$1/' },
    },
    {
      name: 'entry-points-below-cli',
      comment: 'The command uses the entry points, not the other way round.',
      severity: 'error',
      from: { path: pathOf('entry') },
      to: { path: pathOf('cli') },
    },
    {
      name: 'programs-use-the-entry-points',
      comment: "apps/ and examples/ are written as a user writes: import from 'nacre'.",
      severity: 'error',
      from: { path: '^(apps|examples)/', pathNot: tests },
      to: { path: '^(src/.+/|dist/.+/|tests/|tools/|bench/)' },
    },
    {
      name: 'src-stands-alone',
      comment: 'The package is src/ alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: '^(apps|examples|tests|tools|bench|dist|build)/' },
    },
    {
      name: 'nothing-imports-a-test',
      comment: 'Move what is shared out of the test.',
      severity: 'error',
      from: {},
      to: { path: tests },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle, of types too, means that two files are one concept or that a third is missing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'imports-resolve',
      comment: 'The imported file or package is not there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'only-declared-dependencies',
      comment:
        'The package runs on its own dependencies: not on development ones, nor on what happens to be installed.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm', 'type-only'] },
    },
    {
      name: 'browser-without-node-modules',
      comment: "The browser's entry point must not reach a module that only Node has.",
      severity: 'error',
      from: { path: '^src/browser[.]ts$' },
      to: { path: `^(node:)?(${builtinModules.join('|')})$`, reachable: true },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/', '^build/'] },
    exclude: { path: ['^bench/node_modules/'] },
    // Types count: a file that needs another's types depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
