// Hands samples and weights to processes in another language: as files of plain numbers in a folder of the run's own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasets, type Tensor } from 'nacre';
import { createModel, type NetworkChoice } from './networks.js';

/** What a process is told of them. */
export interface PeerData {
  /** uint8, [count, 28, 28]. */
  readonly images: string;
  /** uint8, [count]. */
  readonly labels: string;
  /** The same of what networks are tested with. */
  readonly testImages: string;
  readonly testLabels: string;
  /** float32, one weight behind the other, in Keras's order and layout. */
  readonly weights: string;
  readonly weightShapes: readonly (readonly number[])[];
}

type Samples = Omit<PeerData, 'weights' | 'weightShapes'>;

export class PeerFiles {
  #folder: Promise<string> | undefined;
  #samples: Promise<Samples> | undefined;
  #count = 0;

  /** The files of a network, written when they are first asked for. */
  async of(choice: NetworkChoice): Promise<PeerData> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'nacre-peers-'));
    const folder = await this.#folder;
    this.#samples ??= writeSamples(folder);
    const samples = await this.#samples;
    const weights = createModel(choice).getWeights();
    const bytes = await Promise.all(weights.map(async (weight) => bytesOf(await weight.data())));
    const path = join(folder, `weights-${this.#count++}.f32`);
    await writeFile(path, Buffer.concat(bytes));
    return { ...samples, weights: path, weightShapes: weights.map(({ shape }) => shape) };
  }

  /** Removes them all. */
  async close(): Promise<void> {
    if (this.#folder) await rm(await this.#folder, { recursive: true });
  }
}

async function writeSamples(folder: string): Promise<Samples> {
  const [[images, labels], [testImages, testLabels]] = await datasets.mnist.load();
  const write = async (name: string, values: Tensor): Promise<string> => {
    const path = join(folder, `${name}.u8`);
    await writeFile(path, bytesOf(Uint8Array.from(await values.data())));
    return path;
  };
  return {
    images: await write('images', images),
    labels: await write('labels', labels),
    testImages: await write('test-images', testImages),
    testLabels: await write('test-labels', testLabels),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
