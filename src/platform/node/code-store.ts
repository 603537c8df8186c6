// Keeps compiled code in the user's cache folder. `<hash of the code>.node` is what Node loads; `<hash of the key>.json`
// says which code belongs to a key. Any number of processes may use the folder at once: files are replaced whole, and
// what does not match its hash, or what another user could have written, counts as missing.
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { CodeStore, StoredCode } from '../../base/native-tools.js';
import {
  directoryProblem,
  makePrivateDirectory,
  readPrivateFile,
  readRecord,
  sha256,
  temporaryDirectory,
  unfinishedSuffix,
  writePrivateFile,
  writeRecord,
  type TemporaryDirectory,
} from './private-files.js';

export interface CodeStoreOptions {
  readonly directory: string;
  /** How many bytes the folder may hold; what was not used for longest goes first. */
  readonly byteLimit: number;
}

/** What `nacre doctor` shows of the folder. */
export interface CodeStoreState {
  readonly directory: string;
  /** Why it is not used, as the end of a sentence. */
  readonly problem: string | undefined;
  readonly byteLength: number;
  readonly programs: number;
}

/** Records of another format are of another version of Nacre, and count as missing. */
const format = 1;

/** Milliseconds after which a file still unfinished was left behind by a process that has ended. */
const abandonedAfter = 3_600_000;

export function codeStore({ directory, byteLimit }: CodeStoreOptions): CodeStore {
  let own: TemporaryDirectory | undefined;
  return {
    async find(key) {
      const kept = (await directoryProblem(directory)) === undefined ? await findIn(directory, key) : undefined;
      return kept ?? (own === undefined ? undefined : findIn(own.path, key));
    },

    async keep(key, code, description) {
      if ((await makePrivateDirectory(directory)) === undefined) {
        try {
          const kept = await keepIn(directory, key, code, description);
          await makeRoom(directory, byteLimit, new Set([codeName(sha256(code)), recordName(key)]));
          return kept;
        } catch {
          // Read-only, or full: this process can still keep it for itself.
        }
      }
      // Systems clear their folder for temporary files of what is old.
      if (own === undefined || (await directoryProblem(own.path)) !== undefined) own = temporaryDirectory();
      return keepIn(own.path, key, code, description);
    },
  };
}

const codeName = (hash: string): string => `${hash}.node`;
const recordName = (key: string): string => `${sha256(key)}.json`;

async function keepIn(directory: string, key: string, code: Uint8Array, description: string): Promise<StoredCode> {
  const hash = sha256(code);
  const path = join(directory, codeName(hash));
  // Also where there is such a file: it may be the damaged one because of which the code was compiled again.
  await writePrivateFile(path, code);
  await writeRecord(directory, recordName(key), { format, code: hash, description });
  return { path, description };
}

async function findIn(directory: string, key: string): Promise<StoredCode | undefined> {
  const record = ((await readRecord(directory, recordName(key))) ?? {}) as Readonly<Record<string, unknown>>;
  const { code, description } = record;
  if (record.format !== format || typeof code !== 'string' || typeof description !== 'string') return undefined;
  if (!/^[0-9a-f]{64}$/.test(code)) return undefined;
  const path = join(directory, codeName(code));
  const bytes = await readPrivateFile(path);
  if (bytes === undefined || sha256(bytes) !== code) return undefined;
  const now = new Date();
  // Used just now. In a folder that is only read nothing is ever removed either.
  await Promise.allSettled([utimes(path, now, now), utimes(join(directory, recordName(key)), now, now)]);
  return { path, description };
}

interface Entry {
  readonly name: string;
  readonly byteLength: number;
  readonly usedAt: number;
}

/** Names that only this folder's files have. Whatever else lies in it is nobody's business. */
const ourNames = /^(?:compiler-)?[0-9a-f]{64}\.(?:json|node)(?:\.[0-9a-f]+\.tmp)?$/;

async function entries(directory: string): Promise<Entry[]> {
  const names = await readdir(directory).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => ourNames.test(name))
      .map(async (name): Promise<Entry[]> => {
        try {
          const { size, mtimeMs } = await stat(join(directory, name));
          return [{ name, byteLength: size, usedAt: mtimeMs }];
        } catch {
          // Another process was quicker to remove it.
          return [];
        }
      }),
  );
  return found.flat();
}

const totalBytes = (list: readonly Entry[]): number => list.reduce((sum, { byteLength }) => sum + byteLength, 0);

/** Removes what was not used for longest until at most `byteLimit` bytes remain, but none of what `keep` names. */
async function makeRoom(directory: string, byteLimit: number, keep: ReadonlySet<string>): Promise<void> {
  const present = await entries(directory);
  let total = totalBytes(present);
  for (const { name, byteLength, usedAt } of present.sort((a, b) => a.usedAt - b.usedAt)) {
    const isUnfinished = name.endsWith(unfinishedSuffix);
    const isAbandoned = isUnfinished && Date.now() - usedAt > abandonedAfter;
    if (!isAbandoned && (isUnfinished || keep.has(name) || total <= byteLimit)) continue;
    await rm(join(directory, name), { force: true }).catch(() => undefined);
    total -= byteLength;
  }
}

export async function codeStoreState(directory: string): Promise<CodeStoreState> {
  const problem = await directoryProblem(directory);
  const list = problem === undefined ? await entries(directory) : [];
  return {
    directory,
    // A folder that is not there yet will be made.
    problem: problem === 'does not exist' ? undefined : problem,
    byteLength: totalBytes(list),
    programs: list.filter(({ name }) => name.endsWith('.node')).length,
  };
}
