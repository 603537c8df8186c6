// The browser's own downloads: files that a page hands its user to keep.
import { StateError } from '../../base/errors.js';

/** @throws StateError in a worker */
export async function download(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  mediaType = 'application/octet-stream',
): Promise<void> {
  const { document } = globalThis as { document?: Document };
  if (document === undefined)
    throw new StateError(`Only a page can hand the user '${name}' to keep. In a worker, send the bytes to the page.`);
  const link = document.createElement('a');
  const address = URL.createObjectURL(new Blob([bytes], { type: mediaType }));
  link.href = address;
  link.download = name;
  link.click();
  // The download has taken the data by the time that the page is idle again.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return Promise.resolve();
}
