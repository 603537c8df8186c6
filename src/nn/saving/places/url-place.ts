// The files of a model at a URL: the one that it names, and those beside it in its folder.
import { DataError, messageOf, StoppedError } from '../../../base/errors.js';
import { download, HttpStatusError } from '../../../data/download.js';
import type { DataServices } from '../../../data/services.js';
import { checkWhole } from '../../check.js';
import type { FetchOptions, ReadPlace } from './place.js';

/** Far more than a network that a page or a program on one machine trains. */
const mostBytes = 2 ** 31;
const timeoutMs = 30_000;

/** `fetch` is the web's. @throws ValueError for a limit that is none */
export function openUrl(
  url: string,
  fetch: DataServices['fetch'],
  { maxBytes, onProgress, signal }: FetchOptions,
  what: string,
): Pick<ReadPlace, 'read' | 'beside'> {
  const limit = checkWhole(maxBytes ?? mostBytes, `${what}: maxBytes`);
  let used = 0;
  const get = async (address: string): Promise<Uint8Array | undefined> => {
    const file = decodeURIComponent(new URL(address).pathname.split('/').at(-1)!);
    try {
      const { bytes } = await download(
        { fetch },
        {
          url: address,
          file,
          byteLimit: limit - used,
          timeoutMs,
          signal,
          onProgress,
        },
      );
      used += bytes.byteLength;
      return bytes;
    } catch (error) {
      if (error instanceof StoppedError) throw error;
      if (error instanceof HttpStatusError && error.status === 404) return undefined;
      throw new DataError(`${what}: could not load '${address}': ${messageOf(error)}${remedyFor(error)}`, {
        cause: error,
      });
    }
  };
  return {
    read: () => get(url),
    // The query may hold a key that the files beside need as well.
    beside: (name) => {
      const { search } = new URL(url);
      const path = name.split('/').map(encodeURIComponent).join('/');
      return get(new URL(path + search, url).href);
    },
  };
}

function remedyFor(error: unknown): string {
  const message = messageOf(error);
  if (message.includes('more than the expected')) return ' Allow more with the option maxBytes.';
  const isPage = 'document' in globalThis;
  return isPage && message.includes('could not connect')
    ? ' A server of another origin has to allow the page to read its files (Access-Control-Allow-Origin).'
    : '';
}
