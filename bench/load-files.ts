// Writes the network `cnn` to a file of each format, and an image to predict for, in a folder of the run's own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createModel, loadSamples } from './networks.js';
import type { FileFormat } from './processes.js';

const names: { readonly [Format in FileFormat]: string } = {
  safetensors: 'cnn.safetensors',
  npz: 'cnn.npz',
  keras: 'cnn.keras',
  h5: 'cnn.h5',
  'weights-h5': 'cnn.weights.h5',
  onnx: 'cnn.onnx',
  json: 'cnn.json',
};

export class LoadFiles {
  #folder: Promise<string> | undefined;
  readonly #written = new Map<string, Promise<string>>();

  /** The path of the network's file, written when it is first asked for. */
  network(format: FileFormat): Promise<string> {
    return this.#once(names[format], async (path) => {
      const model = createModel({ network: 'cnn' });
      await (format === 'weights-h5' ? model.saveWeights(path) : model.save(path));
    });
  }

  /** The path of an image of MNIST: float32 of 0 to 1, [28, 28, 1]. */
  image(): Promise<string> {
    return this.#once('image.f32', async (path) => {
      const [x] = await loadSamples(1);
      await writeFile(path, Float32Array.from(await x.data()));
    });
  }

  /** Removes them all. */
  async close(): Promise<void> {
    if (this.#folder) await rm(await this.#folder, { recursive: true });
  }

  #once(name: string, write: (path: string) => Promise<void>): Promise<string> {
    const written = this.#written.get(name) ?? this.#write(name, write);
    this.#written.set(name, written);
    return written;
  }

  async #write(name: string, write: (path: string) => Promise<void>): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'nacre-load-'));
    const path = join(await this.#folder, name);
    await write(path);
    return path;
  }
}
