// Hands samples and weights to processes in another language: as files of plain numbers in a folder of the run's own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasets } from 'nacre';
import { createModel } from './networks.js';
import type { Inference, Training } from './workloads.js';

/** What a process is told of them. */
export interface PeerData {
  /** uint8, [count, 28, 28]. */
  readonly images: string;
  /** uint8, [count]. */
  readonly labels: string;
  /** float32, one weight behind the other, in Keras's order and layout. */
  readonly weights: string;
  readonly weightShapes: readonly (readonly number[])[];
}

export class PeerFiles {
  #folder: Promise<string> | undefined;
  #samples: Promise<Pick<PeerData, 'images' | 'labels'>> | undefined;
  #count = 0;

  /** The files of a network, written when they are first asked for. */
  async of(workload: Training | Inference): Promise<PeerData> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'nacre-peers-'));
    const folder = await this.#folder;
    this.#samples ??= writeSamples(folder);
    const samples = await this.#samples;
    const weights = createModel(workload).getWeights();
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

async function writeSamples(folder: string): Promise<Pick<PeerData, 'images' | 'labels'>> {
  const [[x, y]] = await datasets.mnist.load();
  const [images, labels] = [join(folder, 'images.u8'), join(folder, 'labels.u8')];
  await writeFile(images, bytesOf(Uint8Array.from(await x.data())));
  await writeFile(labels, bytesOf(Uint8Array.from(await y.data())));
  return { images, labels };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
