// Which formats models are kept in, by the ending of the file's name, or by a file's first bytes. Each is loaded when it
// is first used.
import { ValueError } from '../../base/errors.js';
import { startBackend } from '../../tensor/start-backend.js';
import { show } from '../check.js';
import { safetensorsFile } from './arrays/safetensors-file.js';
import type { ModelFormat } from './format.js';

interface FormatEntry {
  /** What callers ask for it by: `toBytes({ format: 'safetensors' })`. */
  readonly name: string;
  /** Of a file's name, in lower case; the first that fits counts. */
  readonly endings: readonly string[];
  /** Whether a file of unknown name is of this format. */
  readonly begins: (bytes: Uint8Array) => boolean;
  readonly load: () => Promise<ModelFormat>;
  /** Begins with what takes long before a file can be read, while it is fetched. */
  readonly ahead?: () => Promise<void>;
}

/** The library takes a tenth of a second, in which the backend that will run the model can start as well. */
async function startHdf5(): Promise<void> {
  const worker = import('../../formats/hdf5/worker.js').then(({ startHdf5WorkerAhead }) => startHdf5WorkerAhead());
  await Promise.all([worker, startBackend()]);
}

function startsWith(...signature: readonly number[]): (bytes: Uint8Array) => boolean {
  return (bytes) => signature.every((byte, index) => bytes[index] === byte);
}

/** The format of bytes that are of no other. */
const safetensors: FormatEntry = {
  name: 'safetensors',
  endings: ['.safetensors'],
  begins: () => true,
  load: () => Promise.resolve(safetensorsFile),
};

const onnx: FormatEntry = {
  name: 'onnx',
  endings: ['.onnx'],
  // The version of the format (field 1), then another field; a safetensors file has zeros from byte 4 on.
  begins: (bytes) => bytes[0] === 0x08 && bytes.subarray(4, 8).some((byte) => byte !== 0),
  load: async () => (await import('./onnx/onnx-file.js')).onnxFile,
};

const npz: FormatEntry = {
  name: 'npz',
  endings: ['.npz'],
  // A zip archive, as Keras's own files are, whose first file is an array.
  begins: (bytes) => {
    const isZip = startsWith(0x50, 0x4b, 0x03, 0x04)(bytes);
    const nameEnd = 30 + (bytes[26] ?? 0) + 256 * (bytes[27] ?? 0);
    return isZip && new TextDecoder().decode(bytes.subarray(nameEnd - 4, nameEnd)) === '.npy';
  },
  load: async () => (await import('./arrays/npz-file.js')).npzFile,
};

const keras: FormatEntry = {
  name: 'keras',
  endings: ['.keras'],
  begins: startsWith(0x50, 0x4b, 0x03, 0x04),
  load: async () => (await import('./keras/keras-file.js')).kerasFile,
  ahead: startHdf5,
};

const weightsH5: FormatEntry = {
  name: 'weights.h5',
  endings: ['.weights.h5'],
  // Of an unnamed HDF5 file the other format tells which it is.
  begins: () => false,
  load: async () => (await import('./keras/weights-h5-file.js')).weightsH5File,
  ahead: startHdf5,
};

const h5: FormatEntry = {
  name: 'h5',
  endings: ['.h5', '.hdf5'],
  begins: startsWith(0x89, 0x48, 0x44, 0x46),
  load: async () => (await import('./legacy/h5-file.js')).legacyH5File,
  ahead: startHdf5,
};

const tensorflowJs: FormatEntry = {
  name: 'tfjs',
  endings: ['.json'],
  // JSON; a safetensors file has zeros from byte 4 on.
  begins: (bytes) => bytes[0] === 0x7b && bytes.subarray(4, 8).some((byte) => byte !== 0),
  load: async () => (await import('./tfjs/tfjs-file.js')).tfjsFile,
};

/** The first that fits counts. */
const entries: readonly FormatEntry[] = [
  npz, // before Keras's, which is a zip archive too
  keras,
  weightsH5,
  h5,
  onnx,
  tensorflowJs,
  safetensors, // last: its bytes begin with anything
];

const endings = entries.flatMap((entry) => entry.endings);

function entryOf(path: string): FormatEntry | undefined {
  const name = path.toLowerCase();
  return entries.find((entry) => entry.endings.some((ending) => name.endsWith(ending)));
}

/** @throws ValueError, with the list of what exists, for a file name whose ending names no format that Nacre writes and reads; `given` is what the caller was given */
export function checkFileFormat(fileName: string, what: string, given = fileName): void {
  entryFor(fileName, what, given);
}

function entryFor(fileName: string, what: string, given = fileName): FormatEntry {
  const entry = entryOf(fileName);
  if (entry) return entry;
  const listed = endings.length === 1 ? endings[0] : `${endings.slice(0, -1).join(', ')} or ${endings.at(-1)}`;
  throw new ValueError(
    `${what}: expected the name of a file that ends in ${listed}, received ${show(given)}. For example 'model.safetensors'.`,
  );
}

/** The format that the ending of a file name names. @throws ValueError, with the list of what exists, if there is none */
export function formatOf(fileName: string, what: string): Promise<ModelFormat> {
  return entryFor(fileName, what).load();
}

/** The format of a name. @throws ValueError, with the list of what exists, if there is none */
export function formatNamed(name: string, what: string): Promise<ModelFormat> {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry) return entry.load();
  throw new ValueError(
    `${what}: expected format to be one of ${entries.map((each) => `'${each.name}'`).join(', ')}, received ${show(name)}.`,
  );
}

/** Begins with what a file of that name will take to be read, and does not wait for it. */
export function prepareFormatOf(name: string | undefined): void {
  const ahead = name === undefined ? undefined : entryOf(name)?.ahead;
  // What goes wrong is met again by whoever reads the file.
  void ahead?.().catch(() => undefined);
}

/** The format of a file by its name, where that says it, and else by its bytes. */
export function formatOfFile(name: string | undefined, bytes: Uint8Array): Promise<ModelFormat> {
  return (
    (name === undefined ? undefined : entryOf(name)) ??
    entries.find(({ begins }) => begins(bytes)) ??
    safetensors
  ).load();
}
