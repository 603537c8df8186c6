// What keras.test.ts calls in a page: a model to a Keras file and back, with the workers that were started for it.
import { layers, loadModel, sequential, setRandomSeed } from '../../src/browser.js';

const started: string[] = [];
const OwnWorker = globalThis.Worker;
globalThis.Worker = class extends OwnWorker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options);
    started.push(options?.name ?? '');
  }
};

async function roundTrip(): Promise<{ before: number[]; after: number[]; started: string[] }> {
  setRandomSeed(3);
  const model = sequential([
    layers.dense({ units: 3, activation: 'relu', inputShape: [2] }),
    layers.dense({ units: 1 }),
  ]);
  const x = [
    [1, 2],
    [-3, 0.5],
  ];
  const before = [...(await (await model.predict(x, { verbose: 0 })).data())];
  const same = await loadModel(await model.toBytes({ format: 'keras' }));
  const after = [...(await (await same.predict(x, { verbose: 0 })).data())];
  return { before, after, started };
}

async function damaged(bytes: number[]): Promise<string> {
  return loadModel(Uint8Array.from(bytes)).then(
    () => 'loaded',
    (error: unknown) => String(error),
  );
}

const kerasPage = { roundTrip, damaged };
export type KerasPage = typeof kerasPage;
Object.assign(globalThis, { kerasPage });
