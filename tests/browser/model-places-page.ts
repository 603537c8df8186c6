// What model-places.test.ts calls in a page: models in the browser's database, in Files, from URLs, and as downloads.
import { layers, loadModel, sequential, tensor, type Sequential } from '../../src/browser.js';

let chosen: File[] = [];
addEventListener('DOMContentLoaded', () => {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.addEventListener('change', () => (chosen = [...input.files!]));
  document.body.append(input);
});

async function weightsOf(model: Sequential): Promise<number[]> {
  const values = await Promise.all(model.getWeights().map((weight) => weight.data()));
  return values.flatMap((value) => [...value]);
}

const made = (): Sequential => sequential([layers.dense({ units: 2, inputShape: [3] }), layers.dense({ units: 1 })]);

/** The result, or the error as text. */
const attempt = <Result>(action: Promise<Result>): Promise<Result | string> => action.catch(String);

const page = {
  /** Saves a new model that has done a step; its weights. */
  save: (path: string): Promise<number[] | string> =>
    attempt(
      (async () => {
        const model = made();
        model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
        await model.trainOnBatch(tensor([[1, 2, 3]]), tensor([[1]]));
        await model.save(path);
        return weightsOf(model);
      })(),
    ),
  load: (path: string): Promise<number[] | string> => attempt(loadModel(path).then(weightsOf)),
  loadChosen: (): Promise<number[] | string> =>
    attempt(loadModel(chosen.length === 1 ? chosen[0]! : chosen).then(weightsOf)),
  loadBlob: (numbers: readonly number[]): Promise<number[] | string> =>
    attempt(loadModel(new Blob([Uint8Array.from(numbers)])).then(weightsOf)),
  /** How many steps the optimizer of a saved model has done. */
  steps: async (path: string): Promise<number> => {
    const model = await loadModel(path);
    return model.optimizer!.iterations.value.item();
  },
};

export type ModelPlacesPage = typeof page;

(globalThis as unknown as { modelPlacesPage: ModelPlacesPage }).modelPlacesPage = page;
