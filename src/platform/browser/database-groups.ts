// Groups of files in IndexedDB (w3.org/TR/IndexedDB), each one record: its transactions put a group whole or not at all.
import { DataError, messageOf } from '../../base/errors.js';
import type { FileGroups } from '../../base/files.js';

const databaseName = 'nacre';
const storeName = 'files';

/** The result of a request, or its failure. */
function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the request failed'));
  });
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(databaseName, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  return resultOf(request);
}

/** Once all of it is kept: a request that succeeded may still be undone. */
function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the transaction was aborted'));
  });
}

type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

function isFiles(value: unknown): value is Files {
  return (
    value instanceof Map && [...value].every(([name, bytes]) => typeof name === 'string' && bytes instanceof Uint8Array)
  );
}

/** What is kept in the browser's database. */
export function databaseGroups(factory: IDBFactory): FileGroups {
  const attempt = async <Result>(
    doing: string,
    group: string,
    action: (database: IDBDatabase) => Promise<Result>,
  ): Promise<Result> => {
    try {
      const database = await open(factory);
      try {
        return await action(database);
      } finally {
        // An open one would keep another page from deleting it.
        database.close();
      }
    } catch (error) {
      throw new DataError(`Could not ${doing} '${group}' in the browser's database: ${messageOf(error)}`, {
        cause: error,
      });
    }
  };
  return {
    read: (group) =>
      attempt('read', group, async (database) => {
        const store = database.transaction(storeName, 'readonly').objectStore(storeName);
        const found: unknown = await resultOf(store.get(group));
        if (found === undefined) return undefined;
        if (isFiles(found)) return found;
        throw new Error('what lies there is no group of files.');
      }),
    write: (group, files) =>
      attempt('write', group, async (database) => {
        const transaction = database.transaction(storeName, 'readwrite');
        const done = completed(transaction);
        transaction.objectStore(storeName).put(new Map(files), group);
        await done;
      }),
  };
}
