// What the native backend asks of Node. What is behind it is loaded when it is first used, so that a program that never
// asks pays nothing.
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CCompiler, CodeStore, InstructionSet, NativeTools } from '../../base/native-tools.js';
import { cacheRoot } from './cache.js';
import type { Environment } from './c-compiler.js';

export interface NativeToolsOptions {
  /** That of the process unless given. */
  readonly environment?: Environment;
  /** Where compiled code is kept; `native` in Nacre's cache folder unless given. */
  readonly directory?: string;
  /** How many bytes of it; 256 MB unless given. */
  readonly byteLimit?: number;
}

const defaultByteLimit = 256 * 2 ** 20;

export const nativeDirectory = (environment: Environment): string =>
  join(cacheRoot({ platform: process.platform, environment, home: homedir() }), 'native');

export function nodeNativeTools({
  environment = process.env,
  directory = nativeDirectory(environment),
  byteLimit = defaultByteLimit,
}: NativeToolsOptions = {}): NativeTools {
  const compilers = new Map<InstructionSet | undefined, Promise<CCompiler>>();
  let store: Promise<CodeStore> | undefined;
  const loadStore = (): Promise<CodeStore> =>
    (store ??= import('./code-store.js').then(({ codeStore }) => codeStore({ directory, byteLimit })));
  return {
    findCompiler(instructionSet) {
      const known = compilers.get(instructionSet);
      if (known !== undefined) return known;
      const search = import('./c-compiler.js').then(({ findCCompiler }) =>
        findCCompiler({ environment, directory }, instructionSet),
      );
      compilers.set(instructionSet, search);
      // Something may be installed before it is asked again.
      search.catch(() => compilers.delete(instructionSet));
      return search;
    },
    ownVersion: async () => (await import('./own-code.js')).ownCodeVersion(),
    store: {
      find: async (key) => (await loadStore()).find(key),
      keep: async (key, code, description) => (await loadStore()).keep(key, code, description),
    },
  };
}
