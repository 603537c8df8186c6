// What paths name beyond files (`indexeddb://digits`), and what an entry point connects to reach it.
import { ValueError } from '../../../base/errors.js';
import type { FileGroups } from '../../../base/files.js';

/** What an entry point connects. */
export interface PlaceServices {
  /** The web's `fetch`. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /** The browser's database; undefined where there is none. */
  readonly database: FileGroups | undefined;
  /** Hands a file to the user to keep; undefined where there is no page. */
  readonly download: ((name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>) | undefined;
}

let services: PlaceServices | undefined;

/** Connects what lies beyond files. */
export function setPlaceServices(connected: PlaceServices): void {
  services = connected;
}

/** What an entry point connected. @throws ValueError before it has */
export function connected(what: string): PlaceServices {
  if (services) return services;
  throw new ValueError(
    `${what}: only files can be used here. Import 'nacre' itself, whose entry points connect the rest.`,
  );
}

export const database = 'indexeddb://';
export const downloads = 'downloads://';

/** The part of a path before `://`, in lower case; undefined of a path of a file. */
export function schemeOf(path: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(path)?.[1]?.toLowerCase();
}

/** Whether a path names a file in a folder, and nothing elsewhere. */
export const isFilePath = (path: string): boolean => schemeOf(path) === undefined;

/** The name of what lies at `scheme`. @throws ValueError for none */
export function nameAfter(path: string, scheme: string, what: string): string {
  const name = path.slice(scheme.length);
  if (name === '' || name.includes('/'))
    throw new ValueError(`${what}: expected a name without '/' after '${scheme}', received '${path}'.`);
  return name;
}

/** @throws ValueError always */
export function unknownScheme(path: string, what: string): never {
  const remedy = schemeOf(path) === 'file' ? " Write the path without 'file://'." : '';
  throw new ValueError(
    `${what}: expected the path of a file, a URL with http or https (to load), '${database}name' or '${downloads}name' (in a page), received '${path}'.${remedy}`,
  );
}
