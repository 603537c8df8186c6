// What `nacre doctor` finds out: versions, processor, backends and what they reach, compiler, cache.
import { availableParallelism } from 'node:os';
import { readFile } from 'node:fs/promises';
import { errors, getBackend, setBackend } from '../api.js';
import { backendNames } from '../backend-choice.js';
import { codeStoreState, type CodeStoreState } from '../platform/node/code-store.js';
import { nativeDirectory, nodeNativeTools } from '../platform/node/native-tools.js';
import { processor } from '../platform/node/processor.js';
import { measure, type MeasureOptions, type Speeds } from './measure.js';

export type BackendReport =
  | { readonly name: string; readonly works: false; readonly reason: string }
  | { readonly name: string; readonly works: true; readonly threads: number; readonly speeds: Speeds };

export interface DoctorReport {
  readonly versions: { readonly nacre: string; readonly node: string; readonly system: string };
  readonly processor: { readonly name: string; readonly threads: number };
  readonly compiler:
    | { readonly description: string; readonly instructionSet: string; readonly reason?: never }
    | { readonly description?: never; readonly reason: string };
  readonly cache: CodeStoreState;
  /** The best first. */
  readonly backends: readonly BackendReport[];
  /** The backend that programs use unless they choose another; none where none works. */
  readonly used: { readonly name: string | undefined; readonly reason: string };
  readonly measured: Pick<MeasureOptions, 'size' | 'length'>;
}

/** Milliseconds that all measurements take; what they need and checking what comes out is the rest of five seconds. */
const duration = 3600;
const usual = { size: 512, length: 2 ** 24 } as const;
const quick: MeasureOptions = { size: 64, length: 2 ** 16, budget: 30 };

export async function nacreVersion(): Promise<string> {
  // The same from dist/cli/ and src/cli/.
  const file = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

export async function examine(isQuick: boolean): Promise<DoctorReport> {
  // The entry point reads the environment and throws what is wrong with it.
  await import('../node.js');
  const setting = (name: string): string | undefined => process.env[name]?.trim() || undefined;
  const names = backendNames();
  const options = isQuick ? quick : { ...usual, budget: duration / names.length / 2 };
  // Before the measurement adds to it.
  const cache = await codeStoreState(nativeDirectory(process.env));
  const compiler = await examineCompiler(setting('NACRE_ISA'));
  const backends: BackendReport[] = [];
  for (const name of names) backends.push(await examineBackend(name, options));
  return {
    versions: {
      nacre: await nacreVersion(),
      node: process.versions.node,
      system: `${process.platform} ${process.arch}`,
    },
    processor: { name: (await processor()).name, threads: availableParallelism() },
    compiler,
    cache,
    backends,
    used: usedBackend(backends, setting('NACRE_BACKEND')),
    measured: { size: options.size, length: options.length },
  };
}

type Compiler = DoctorReport['compiler'];
type InstructionSet = Parameters<ReturnType<typeof nodeNativeTools>['findCompiler']>[0];

async function examineCompiler(instructionSet: string | undefined): Promise<Compiler> {
  try {
    const found = await nodeNativeTools().findCompiler(instructionSet as InstructionSet);
    return { description: found.description, instructionSet: found.instructionSet };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

async function examineBackend(name: string, options: MeasureOptions): Promise<BackendReport> {
  try {
    await setBackend(name);
  } catch (error) {
    // The engine says that it could start none; its cause says why.
    return {
      name,
      works: false,
      reason: reasonOf(error instanceof errors.StateError ? (error.cause ?? error) : error),
    };
  }
  try {
    const { threads } = await getBackend();
    return { name, works: true, threads, speeds: await measure(options) };
  } catch (error) {
    return { name, works: false, reason: reasonOf(error) };
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a process without a choice of its own would use, by the engine's rule. */
export function usedBackend(backends: readonly BackendReport[], chosen: string | undefined): DoctorReport['used'] {
  if (chosen !== undefined) {
    const works = backends.some(({ name, works }) => name === chosen && works);
    return works
      ? { name: chosen, reason: 'NACRE_BACKEND names it' }
      : { name: undefined, reason: `NACRE_BACKEND names ${chosen}, which does not work here` };
  }
  const first = backends.find(({ works }) => works);
  return first === undefined
    ? { name: undefined, reason: 'no backend works here' }
    : { name: first.name, reason: 'it is the first of them that works here' };
}
