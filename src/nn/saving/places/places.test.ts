import { beforeEach, describe, expect, test } from 'vitest';
import { consoleOf, resetConsole } from '../../../../tests/support/console.js';
import { useBackend } from '../../../../tests/support/engine.js';
import { refuse, startServer, type LoopbackServer } from '../../../../tests/support/loopback-server.js';
import { smallData, smallModel, weightsOf } from '../../../../tests/support/models.js';
import { memoryFiles, type FileGroups, type Files } from '../../../base/files.js';
import * as callbacks from '../../callbacks/index.js';
import { setFiles } from '../../files.js';
import { loadModel } from '../load-model.js';
import { setPlaceServices } from './schemes.js';

useBackend();

let files: Files;
let groups: Map<string, ReadonlyMap<string, Uint8Array<ArrayBuffer>>>;
let downloaded: Map<string, Uint8Array<ArrayBuffer>>;
const database: FileGroups = {
  read: async (group) => groups.get(group),
  write: async (group, contents) => void groups.set(group, contents),
};
const fetch = (url: string, init?: RequestInit): Promise<Response> => globalThis.fetch(url, init);

/** As a page has it. */
function asInPage(): void {
  setPlaceServices({ fetch, database, download: async (name, bytes) => void downloaded.set(name, bytes) });
}

/** As Node has it. */
function asInNode(): void {
  setPlaceServices({ fetch, database: undefined, download: undefined });
}

beforeEach(() => {
  resetConsole();
  files = memoryFiles();
  setFiles(files);
  groups = new Map();
  downloaded = new Map();
  asInPage();
});

/** Serves the files, below `models/`. */
async function withServer(run: (url: string, server: LoopbackServer) => Promise<void>): Promise<void> {
  const server = await startServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://127.0.0.1');
    void files.read(decodeURIComponent(pathname.slice(1))).then((bytes) => {
      if (bytes) response.end(bytes);
      else if (pathname === '/models/broken.safetensors') refuse(response, 503);
      else refuse(response, 404);
    });
  });
  try {
    await run(server.url, server);
  } finally {
    await server.close();
  }
}

const { x, y } = smallData(12);

describe('a URL', () => {
  test.each(['model.safetensors', 'model.json', 'a model.json'])('gives %s', async (name) => {
    const model = smallModel();
    await model.fit(x, y, { verbose: 0 });
    await model.save(`models/${name}`);
    await withServer(async (url) => {
      const address = `${url}models/${encodeURIComponent(name)}`;
      const again = await loadModel(address);
      expect(await weightsOf(again)).toEqual(await weightsOf(model));
      expect(await again.optimizer!.iterations.value.item()).toBe(1);
      const other = smallModel({ compiled: false });
      await other.loadWeights(new URL(address));
      expect(await weightsOf(other)).toEqual(await weightsOf(model));
    });
  });

  test('without an ending is told by its bytes', async () => {
    const model = smallModel();
    await files.write('models/latest', await model.toBytes());
    await withServer(async (url) => {
      expect(await weightsOf(await loadModel(`${url}models/latest?version=3`))).toEqual(await weightsOf(model));
    });
  });

  test('hands its query on to the files beside, and tells how far it has come', async () => {
    await smallModel().save('models/model.json');
    await withServer(async (url, server) => {
      const seen: string[] = [];
      await loadModel(`${url}models/model.json?key=a%26b`, {
        onProgress: ({ file, receivedBytes, totalBytes }) => {
          if (receivedBytes === totalBytes) seen.push(file);
        },
      });
      const asked = server.requests.map(({ path }) => path);
      expect(asked).toHaveLength(2);
      expect(asked.every((path) => /^\/models\/model.*\?key=a%26b$/.test(path))).toBe(true);
      expect(seen).toEqual(['model.json', expect.stringMatching(/^model-1of1-[0-9a-f]{16}\.bin$/)]);
    });
  });

  test('that has too much, or nothing, or cannot be reached is told by an error', async () => {
    await smallModel().save('models/model.json');
    let closed = '';
    await withServer(async (url) => {
      closed = url;
      const { byteLength } = (await files.read('models/model.json'))!;
      const load = (name: string, maxBytes?: number): Promise<unknown> =>
        loadModel(`${url}models/${name}`, maxBytes === undefined ? {} : { maxBytes });
      await expect(load('model.json', 100)).rejects.toThrow(
        /^loadModel: could not load 'http.*models\/model.json': the server sent more than the expected 100 bytes at most. Allow more with the option maxBytes\.$/,
      );
      // The files beside count as well.
      await expect(load('model.json', byteLength + 10)).rejects.toThrow(
        /\.bin': the server sent more than .* 10 bytes/,
      );
      await load('model.json', byteLength + 200);
      await expect(load('none.json')).rejects.toThrow(/^loadModel: there is no file 'http.*none.json'\.$/);
      await expect(load('broken.safetensors')).rejects.toThrow(/could not load .*the server answered 503/);
      await expect(load('model.json', 0)).rejects.toThrow(/maxBytes/);
      await files.remove(
        (await files.list('models'))!.map(({ name }) => `models/${name}`).find((path) => path.endsWith('.bin'))!,
      );
      await expect(load('model.json')).rejects.toThrow(/there is no file 'model-1of1-.*' beside it/);
      const stopped = loadModel(`${url}models/model.json`, { signal: AbortSignal.abort() });
      await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'StoppedError' }));
    });
    await expect(loadModel(`${closed}model.json`)).rejects.toThrow(/could not load .*: could not connect/);
  });

  test('is nothing to save to', async () => {
    await expect(smallModel().save('https://example.org/model.json')).rejects.toThrow(
      /save: a model is loaded from a URL, and cannot be saved to one.*Send what model.toBytes\(\) gives/,
    );
    await expect(loadModel('ftp://example.org/model.json')).rejects.toThrow(/a URL with http or https/);
    await expect(loadModel(new URL('file:///model.json'))).rejects.toThrow(/Write the path without 'file:/);
    await expect(loadModel('file:///model.json')).rejects.toThrow(/Write the path without 'file:\/\/'/);
  });
});

describe('files that the user chose', () => {
  const asFile = async (name: string): Promise<File> => new File([(await files.read(name))!], name);

  test('are one file, with or without a name', async () => {
    const model = smallModel();
    const bytes = await model.toBytes();
    for (const file of [new File([bytes], 'a.safetensors'), new File([bytes], 'a'), new Blob([bytes])]) {
      expect(await weightsOf(await loadModel(file))).toEqual(await weightsOf(model));
      expect(await weightsOf(await loadModel([file]))).toEqual(await weightsOf(model));
    }
    await expect(loadModel(new File([new Uint8Array(3)], 'a.safetensors'))).rejects.toThrow(
      /'a.safetensors'.*received 3/,
    );
    await expect(loadModel(new Blob([]))).rejects.toThrow(/'the Blob given'/);
  });

  test('are a model.json and its weights, in any order', async () => {
    const model = smallModel();
    await model.save('model.json');
    const json = JSON.parse(new TextDecoder().decode(await files.read('model.json'))) as {
      weightsManifest: [{ paths: [string] }];
    };
    const shard = json.weightsManifest[0].paths[0];
    const chosen = [await asFile(shard), await asFile('model.json')];
    expect(await weightsOf(await loadModel(chosen))).toEqual(await weightsOf(model));
    // A folder is not chosen along.
    json.weightsManifest[0].paths[0] = `weights/${shard}`;
    const moved = new File([JSON.stringify({ ...json, userDefinedMetadata: {} })], 'model.json');
    expect(await weightsOf(await loadModel([moved, chosen[0]!]))).toEqual(await weightsOf(model));
    await expect(loadModel(chosen[1]!)).rejects.toThrow(/there is no file 'model-1of1.*' beside it/);
    await expect(loadModel([chosen[0]!, chosen[0]!])).rejects.toThrow(/a model.json and the files of its weights, rec/);
    await expect(loadModel([])).rejects.toThrow(/a File or a list of Files/);
  });
});

describe("the browser's database", () => {
  test.each(['digits', 'digits.safetensors', 'digits.json'])('keeps %s', async (name) => {
    const model = smallModel();
    await model.fit(x, y, { verbose: 0 });
    await model.save(`indexeddb://${name}`);
    const again = await loadModel(`indexeddb://${name}`);
    expect(again.describe()).toEqual(model.describe());
    expect(await weightsOf(again)).toEqual(await weightsOf(model));
    expect([...groups.keys()]).toEqual([name]);
    expect([...groups.get(name)!.keys()][0]).toBe(name === 'digits' ? 'digits.safetensors' : name);
    // All of a model are in one entry, and nothing of an earlier one.
    await model.fit(x, y, { verbose: 0 });
    await model.save(`indexeddb://${name}`);
    expect(groups.get(name)!.size).toBe(name.endsWith('.json') ? 2 : 1);
    expect(await weightsOf(await loadModel(`indexeddb://${name}`))).toEqual(await weightsOf(model));
  });

  test('keeps the checkpoints of a training', async () => {
    const model = smallModel();
    await model.fit(x, y, {
      verbose: 0,
      epochs: 2,
      callbacks: [callbacks.modelCheckpoint('indexeddb://epoch-{epoch}')],
    });
    expect([...groups.keys()]).toEqual(['epoch-1', 'epoch-2']);
    expect(await weightsOf(await loadModel('indexeddb://epoch-2'))).toEqual(await weightsOf(model));
  });

  test('has no such model, or is not there', async () => {
    await expect(loadModel('indexeddb://none')).rejects.toThrow("loadModel: there is no file 'indexeddb://none'.");
    await expect(smallModel().save('indexeddb://a/b')).rejects.toThrow(/a name without '\/' after 'indexeddb:\/\/'/);
    await expect(smallModel().save('indexeddb://')).rejects.toThrow(/a name without/);
    await expect(smallModel().save('indexeddb://a.txt')).rejects.toThrow(/ends in .*received 'indexeddb:\/\/a.txt'/);
    asInNode();
    const message = /there is no IndexedDB here.*in Node, write a path/;
    await expect(loadModel('indexeddb://a')).rejects.toThrow(message);
    await expect(smallModel().save('indexeddb://a')).rejects.toThrow(message);
  });
});

describe('downloads', () => {
  test('hand the user the files', async () => {
    const model = smallModel();
    await model.save('downloads://digits');
    expect([...downloaded.keys()]).toEqual(['digits.safetensors']);
    expect(await weightsOf(await loadModel(downloaded.get('digits.safetensors')!))).toEqual(await weightsOf(model));
    downloaded.clear();
    await model.save('downloads://digits.json');
    const chosen = [...downloaded].map(([name, bytes]) => new File([bytes], name));
    expect(chosen.map(({ name }) => name)).toEqual(['digits.json', expect.stringMatching(/^digits-1of1-.*\.bin$/)]);
    expect(await weightsOf(await loadModel(chosen))).toEqual(await weightsOf(model));
  });

  test('need a page, and cannot be read', async () => {
    const said = consoleOf();
    await expect(loadModel('downloads://digits')).rejects.toThrow(/Let the user choose the file/);
    asInNode();
    await expect(smallModel().save('downloads://digits')).rejects.toThrow(/no page that could hand the user a file/);
    expect(said.warnings()).toEqual([]);
  });
});
