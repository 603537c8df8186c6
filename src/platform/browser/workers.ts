// Workers of a page, started from source text by way of a blob, so that no bundler has to know of them.
import type { WorkerHandle, WorkerListener, Workers } from '../../base/workers.js';

export const browserWorkers: Workers = {
  get processors() {
    return globalThis.navigator.hardwareConcurrency;
  },
  // A page has to be cross-origin isolated (headers COOP and COEP) before browsers let it share memory.
  get canShareMemory() {
    return globalThis.crossOriginIsolated;
  },
  start(script, name, listener) {
    const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const refused = "the page's content security policy must allow worker-src blob:";
    return browserWorker(new Worker(url, { name }), listener, refused, () => URL.revokeObjectURL(url));
  },
};

/**
 * A worker of a page as the rest sees it. `refused` is what is told where its script was not loaded; `loaded` is called
 * once nothing more is to be loaded of it.
 */
export function browserWorker(
  worker: Worker,
  listener: WorkerListener,
  refused: string,
  loaded: () => void = () => undefined,
): WorkerHandle {
  let isLoaded = false;
  const finishLoading = (): void => {
    if (!isLoaded) loaded();
    isLoaded = true;
  };
  worker.onmessage = ({ data }) => {
    finishLoading();
    listener.message(data);
  };
  worker.onmessageerror = () => listener.failed('received or sent what could not be read');
  worker.onerror = (event) => {
    event.preventDefault();
    // A script that was refused fails without a message.
    listener.failed(isLoaded || event.message ? `ended with an error: ${event.message}` : `did not start; ${refused}`);
    finishLoading();
  };
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    // A page lives as long as it is open.
    hold: () => undefined,
    release: () => undefined,
    terminate: async () => {
      worker.terminate();
      finishLoading();
    },
  };
}
