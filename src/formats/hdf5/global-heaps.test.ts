import { afterEach, expect, test } from 'vitest';
import { startHdf5Worker } from '../../node-hdf5.js';
import { emptyHdf5Group, readHdf5, writeHdf5 } from '../hdf5.js';
import { endlessGlobalHeap } from './global-heaps.js';
import { setHdf5Worker } from './starter.js';

afterEach(() => setHdf5Worker(undefined));

/** A file with texts, and where its collection of them begins. */
async function withTexts(): Promise<{ readonly bytes: Uint8Array; readonly view: DataView; readonly at: number }> {
  const root = emptyHdf5Group();
  root.attributes.set('first', 'a text');
  root.attributes.set('list', ['one', 'two']);
  const bytes = await writeHdf5(root);
  return { bytes, view: new DataView(bytes.buffer), at: new TextDecoder('latin1').decode(bytes).indexOf('GCOL') };
}

test('a sound collection has an end', async () => {
  const { bytes, at } = await withTexts();
  expect(at).toBeGreaterThan(0);
  expect(endlessGlobalHeap(bytes)).toBeUndefined();
});

const damages: [string, (view: DataView, at: number) => void][] = [
  [
    // Number 0 stands for the room that is left, which its length counts whole.
    'takes no room',
    (view, at) => {
      view.setUint16(at + 16, 0, true);
      view.setUint32(at + 24, 0, true);
    },
  ],
  ['comes out as no length in 32 bits', (view, at) => view.setUint32(at + 24, 0xffff_fff0, true)],
  [
    'takes no room in a collection whose length has more than 32 bits',
    (view, at) => {
      view.setUint32(at + 12, 16, true);
      view.setUint16(at + 16, 0, true);
      view.setUint32(at + 24, 0, true);
    },
  ],
  ['is longer than the collection', (view, at) => view.setUint32(at + 24, 5000, true)],
];

test.each(damages)('an object that %s is refused, in a worker and without one', async (_what, damage) => {
  const { bytes, view, at } = await withTexts();
  damage(view, at);
  expect(endlessGlobalHeap(bytes)).toBe(at);
  for (const worker of [startHdf5Worker, undefined]) {
    setHdf5Worker(worker);
    await expect(readHdf5(bytes, 'a.h5')).rejects.toThrow(
      `'a.h5', HDF5: byte ${at}: the texts that are kept there have no end. The file is damaged.`,
    );
  }
});

test('collections within each other are refused', () => {
  const bytes = new Uint8Array(8256);
  bytes[14] = 8;
  const view = new DataView(bytes.buffer);
  const collection = (at: number, length: number): void => {
    bytes.set([0x47, 0x43, 0x4f, 0x4c, 1], at);
    view.setUint32(at + 8, length, true);
    // Nothing but room.
    view.setUint32(at + 24, length - 16, true);
  };
  collection(64, 8192);
  expect(endlessGlobalHeap(bytes)).toBeUndefined();
  collection(128, 4096);
  expect(endlessGlobalHeap(bytes)).toBe(128);
});

test('the letters alone are no collection', async () => {
  const { bytes, at } = await withTexts();
  const damaged = new Uint8Array(bytes);
  new DataView(damaged.buffer).setUint32(at + 8, damaged.length * 2, true);
  expect(endlessGlobalHeap(damaged)).toBeUndefined();
});
