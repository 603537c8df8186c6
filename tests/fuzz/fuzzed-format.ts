// A format that is fuzzed: sound files, ways to damage them that know the format, and a reader.
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { RandomStream } from '../../src/base/random.js';
import { damagedBytes, damagedJson } from './mutate.js';

/** The files of a model or a data set by their names; the first is the one that is named when it is loaded. */
export type FuzzedFiles = ReadonlyMap<string, Uint8Array>;

export interface FuzzedFormat {
  readonly name: string;
  readonly seeds: () => Promise<readonly FuzzedFiles[]>;
  readonly damage: (files: FuzzedFiles, stream: RandomStream) => FuzzedFiles;
  readonly read: (files: FuzzedFiles) => Promise<unknown>;
}

/** Damage that knows a format. */
export type Damage = (bytes: Uint8Array, stream: RandomStream, name: string) => Uint8Array;

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** One of the files, damaged anywhere or as `within` does. */
export function damageOne(files: FuzzedFiles, stream: RandomStream, within?: Damage): FuzzedFiles {
  const names = [...files.keys()];
  const name = names[stream.below(names.length)]!;
  const bytes = files.get(name)!;
  const damaged = within && stream.below(3) > 0 ? within(bytes, stream, name) : damagedBytes(bytes, stream);
  return new Map([...files].map(([each, content]) => [each, each === name ? damaged : content]));
}

/** An entry of the archive, in a new one whose checksums are right. */
export function damagedEntry(bytes: Uint8Array, stream: RandomStream): Uint8Array {
  const entries = unzipSync(bytes);
  const names = Object.keys(entries);
  const name = names[stream.below(names.length)]!;
  const entry = entries[name]!;
  if (stream.below(12) === 0) Reflect.deleteProperty(entries, name);
  else if (name.endsWith('.json')) entries[name] = strToU8(damagedJson(textOf(entry), stream));
  else entries[name] = damagedBytes(entry, stream);
  return zipSync(entries, { level: stream.below(2) === 0 ? 0 : 6, mtime: '2020-01-01' });
}
