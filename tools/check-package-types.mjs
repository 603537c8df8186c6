// The part of check-package.mjs that looks at types: they resolve in strict projects of every usual kind, refuse what
// is wrong, carry their documentation, and are the same for Node and browsers.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import typescript from 'typescript';

const typesOfNode = fileURLToPath(new URL('../node_modules/@types', import.meta.url));

/** The strictest that a user's project may be. */
const strict = {
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  noEmit: true,
  target: typescript.ScriptTarget.ES2022,
  types: [],
};
const { ModuleKind, ModuleResolutionKind } = typescript;

/** @type {Readonly<Record<string, import('typescript').CompilerOptions>>} */
const projects = {
  'nodenext, its libraries checked too': {
    ...strict,
    module: ModuleKind.NodeNext,
    moduleResolution: ModuleResolutionKind.NodeNext,
    skipLibCheck: false,
  },
  'bundler, for browsers': {
    ...strict,
    module: ModuleKind.ESNext,
    moduleResolution: ModuleResolutionKind.Bundler,
    customConditions: ['browser'],
    skipLibCheck: false,
  },
  "nodenext, without the browser's types": {
    ...strict,
    module: ModuleKind.NodeNext,
    moduleResolution: ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    typeRoots: [typesOfNode],
    skipLibCheck: true,
  },
};

const use = `import { layers, sequential } from 'nacre';

const model = sequential([layers.dense({ units: 2, activation: 'relu', inputShape: [2] })]);
model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: ['meanAbsoluteError'] });
const { history } = await model.fit([[1, 2]], [[3, 4]], { epochs: 1, verbose: 0 });
export const losses: readonly number[] | undefined = history['loss'];
// @ts-expect-error: an option that does not exist
layers.dense({ units: 2, activatoin: 'relu' });
// @ts-expect-error: an option of the wrong type
layers.dense({ units: 'two' });
// @ts-expect-error: a required option left out
layers.dense({});
// @ts-expect-error: a name that is not exported
export { noSuchName } from 'nacre';
`;

/**
 * @param {object} given
 * @param {(name: string, run: () => unknown) => Promise<boolean>} given.check
 * @param {string} given.project a folder in which the package is installed
 * @param {string} given.readmeScript
 */
export async function checkTypes({ check, project, readmeScript }) {
  const files = { 'use.ts': use, 'readme.ts': readmeScript };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text);
  const roots = Object.keys(files).map((name) => join(project, name));
  for (const [name, options] of Object.entries(projects))
    await check(`strict TypeScript: ${name}`, () => {
      const problems = typescript.getPreEmitDiagnostics(typescript.createProgram(roots, options));
      const host = { getCurrentDirectory: () => project, getCanonicalFileName: String, getNewLine: () => '\n' };
      assert.equal(problems.length, 0, typescript.formatDiagnostics(problems.slice(0, 20), host));
    });
  const options = { ...strict, module: ModuleKind.NodeNext, moduleResolution: ModuleResolutionKind.NodeNext };
  await check('the documentation shows where a name is hovered', () => {
    /** @type {import('typescript').LanguageServiceHost} */
    const host = {
      fileExists: typescript.sys.fileExists,
      readFile: typescript.sys.readFile,
      directoryExists: typescript.sys.directoryExists,
      getDirectories: typescript.sys.getDirectories,
      getCompilationSettings: () => options,
      getScriptFileNames: () => roots,
      getScriptVersion: () => '1',
      getScriptSnapshot: (file) => {
        const text = typescript.sys.readFile(file);
        return text === undefined ? undefined : typescript.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => project,
      getDefaultLibFileName: typescript.getDefaultLibFilePath,
    };
    const service = typescript.createLanguageService(host);
    for (const name of ['sequential(', 'dense(', 'compile(', 'fit(', 'units:', 'epochs:']) {
      const shown = service.getQuickInfoAtPosition(join(project, 'use.ts'), use.indexOf(name, use.indexOf('\n')) + 1);
      const text = typescript.displayPartsToString(shown?.documentation);
      assert(text.length > 0, `${name.slice(0, -1)} has no documentation`);
    }
  });
  await check('Node and browsers get the same names', () => {
    const entries = ['node', 'browser'].map((name) => join(project, `node_modules/nacre/dist/${name}.d.ts`));
    const program = typescript.createProgram(entries, options);
    const [node, browser] = entries.map((path) => {
      const file = program.getSourceFile(path);
      const symbol = file && program.getTypeChecker().getSymbolAtLocation(file);
      assert(symbol !== undefined, `${path} exports nothing`);
      return program
        .getTypeChecker()
        .getExportsOfModule(symbol)
        .map((exported) => exported.name)
        .sort();
    });
    assert.deepEqual(browser, node);
  });
}
