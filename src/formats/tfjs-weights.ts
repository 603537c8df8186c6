// Arrays as TensorFlow.js keeps them: a list that says what they are (the weights manifest), and their bytes one after
// the other in files of a few megabytes (shards). Nothing of a list is believed before it was checked against the
// length of the files.
import { DataError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape, sizeOf } from '../base/shape.js';
import { isRecord, type Json } from './json.js';
import { converted, storedTypes, type StoredType } from './stored-types.js';

/** An array of a manifest. */
export interface TfjsWeight {
  readonly name: string;
  /** `optimizer` for what an optimizer keeps; undefined for the weights of the model. */
  readonly group: string | undefined;
  readonly array: NDArray;
}

/** A file beside, by its path from the folder of the model; undefined where there is none. */
export type ReadShard = (path: string) => Promise<Uint8Array | undefined>;

/** What TensorFlow.js itself and its converter take for the size of a shard, in bytes. */
const shardBytes = 4 * 1024 * 1024;

interface Described extends StoredType {
  readonly name: string;
  readonly group: string | undefined;
  readonly shape: readonly number[];
}

/** By the names of the list. uint8 and float64 are Nacre's own, in lists that TensorFlow.js does not read. */
const types: Readonly<Record<string, StoredType>> = {
  float32: storedTypes.F32!,
  int32: storedTypes.I32!,
  bool: storedTypes.BOOL!,
  float16: storedTypes.F16!,
  uint8: storedTypes.U8!,
  float64: storedTypes.F64!,
};

/** The beginning of a value of the list, as errors show it. */
function brief(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}

/** How an array of `dtype` is kept where it was quantized: as whole numbers v for v * scale + min, or as float16. */
function quantized(quantization: Json, dtype: Json | undefined, place: string): StoredType {
  if (dtype !== 'float32' && dtype !== 'int32')
    throw new DataError(`${place}: expected a quantized weight to be float32 or int32, received ${brief(dtype)}.`);
  const { dtype: kept, scale, min } = isRecord(quantization) ? quantization : {};
  if (kept === 'float16') {
    if (dtype === 'float32') return types.float16!;
    throw new DataError(`${place}: expected a weight kept as float16 to be float32, received int32.`);
  }
  if (kept !== 'uint8' && kept !== 'uint16')
    throw new DataError(
      `${place}: expected a quantization to uint8, uint16 or float16, received ${brief(quantization)}.`,
    );
  if (typeof scale !== 'number' || typeof min !== 'number')
    throw new DataError(`${place}: expected a quantization with a scale and a min, received ${brief(quantization)}.`);
  const byteLength = kept === 'uint8' ? 1 : 2;
  return converted(dtype, byteLength, (view, at) => {
    const whole = byteLength === 1 ? view.getUint8(at) : view.getUint16(at, true);
    // As TensorFlow.js computes it: in float64, and rounded once.
    const value = whole * scale + min;
    return dtype === 'int32' ? Math.round(value) : value;
  });
}

function storedAs(dtype: Json | undefined, quantization: Json | undefined, place: string): StoredType {
  if (quantization !== undefined && quantization !== null) return quantized(quantization, dtype, place);
  if (typeof dtype === 'string' && Object.hasOwn(types, dtype)) return types[dtype]!;
  throw new DataError(`${place}: expected a dtype of float32, int32, bool or float16, received ${brief(dtype)}.`);
}

const isText = (value: unknown): value is string => typeof value === 'string';

function describe(value: Json, place: string): Described {
  if (!isRecord(value) || !isText(value.name))
    throw new DataError(`${place}: expected an object with name, shape and dtype, received ${brief(value)}.`);
  const { name, shape, dtype, quantization, group } = value;
  const here = `${place} ('${name}')`;
  const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= 0;
  if (!Array.isArray(shape) || shape.length > 32 || !shape.every(isSize))
    throw new DataError(`${here}: expected a shape of at most 32 whole numbers, received ${brief(shape)}.`);
  if (group !== undefined && group !== null && !isText(group))
    throw new DataError(`${here}: expected its group to be a text, received ${brief(group)}.`);
  const stored = storedAs(dtype, quantization, here);
  const sizes = shape as readonly number[];
  if (!Number.isSafeInteger(sizeOf(sizes) * stored.byteLength))
    throw new DataError(`${here}: shape ${formatShape(sizes)} is more than any file holds.`);
  return { ...stored, name, group: group ?? undefined, shape: sizes };
}

/** Below the folder of the model and nowhere else: no `..`, no host, no root, nothing that only looks like a name. */
function checkShardPath(path: Json, place: string): string {
  const isFile =
    isText(path) &&
    // eslint-disable-next-line no-control-regex -- what no name of a file has
    !/[\\:\u0000-\u001f]/.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (isFile) return path;
  throw new DataError(
    `${place}: expected the path of a file below the model's folder, such as 'group1-shard1of1.bin', received ${brief(path)}.`,
  );
}

/** A model all of whose weights are equal may name one file many times; a file from a stranger may not fill the memory so. */
const mostRepetition = 64;

/** A group of weights: what they are, and the files that their bytes lie in. */
interface Group {
  readonly paths: readonly string[];
  readonly weights: readonly Described[];
}

function groupsIn(manifest: Json, place: string): Group[] {
  if (!Array.isArray(manifest))
    throw new DataError(`${place}: expected a list of groups, received ${brief(manifest)}.`);
  const names = new Set<string>();
  return (manifest as readonly Json[]).map((group, index) => {
    const here = `${place}, group ${index}`;
    if (!isRecord(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
      throw new DataError(`${here}: expected an object with paths and weights, received ${brief(group)}.`);
    const paths = (group.paths as readonly Json[]).map((path, at) => checkShardPath(path, `${here}, path ${at}`));
    const weights = (group.weights as readonly Json[]).map((weight, at) => describe(weight, `${here}, weight ${at}`));
    for (const { name } of weights) {
      if (names.has(name)) throw new DataError(`${here}: there is more than one weight '${name}'.`);
      names.add(name);
    }
    return { paths, weights };
  });
}

/** The paths of the shards that a manifest names. @throws DataError for what is no manifest */
export function shardPaths(manifest: Json, place: string): string[] {
  return groupsIn(manifest, place).flatMap(({ paths }) => paths);
}

/** How many bytes the shards of a group are together. @throws DataError unless that is what the weights take */
function checkLength({ paths, weights }: Group, shards: readonly Uint8Array[], place: string): void {
  const needed = weights.reduce((sum, { shape, byteLength }) => sum + sizeOf(shape) * byteLength, 0);
  const there = shards.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (needed === there) return;
  const remedy = needed > there ? 'One of them is cut off.' : 'They are of another model.';
  throw new DataError(
    `${place}: the weights take ${needed} bytes, and the files ${paths.join(', ') || '(none)'} have ${there}. ${remedy}`,
  );
}

/** A copy of the next `byteLength` bytes of several pieces. */
function takeFrom(shards: readonly Uint8Array[]): (byteLength: number) => Uint8Array<ArrayBuffer> {
  let index = 0;
  let at = 0;
  return (byteLength) => {
    const own = new Uint8Array(byteLength);
    for (let done = 0; done < byteLength;) {
      const piece = shards[index]!.subarray(at, at + byteLength - done);
      own.set(piece, done);
      done += piece.byteLength;
      at += piece.byteLength;
      if (at === shards[index]!.byteLength) {
        index++;
        at = 0;
      }
    }
    return own;
  };
}

/**
 * The arrays of a manifest, in its order. Quantized ones and float16 become float32 (or int32).
 * @throws DataError that begins with `place` and names the group, the weight and what is wrong, before memory for any
 * array is taken
 */
export async function readWeights(manifest: Json, place: string, read: ReadShard): Promise<TfjsWeight[]> {
  const found: TfjsWeight[] = [];
  /** Equal shards have one file where they are named by what they hold; each is read once. */
  const known = new Map<string, Uint8Array>();
  let named = 0;
  let there = 0;
  for (const [index, group] of groupsIn(manifest, place).entries()) {
    const shards: Uint8Array[] = [];
    for (const path of group.paths) {
      let bytes = known.get(path);
      if (!bytes) {
        bytes = await read(path);
        if (!bytes)
          throw new DataError(
            `${place}, group ${index}: there is no file '${path}' beside it. A model.json needs the files of its weights in its folder.`,
          );
        known.set(path, bytes);
        there += bytes.byteLength;
      }
      named += bytes.byteLength;
      shards.push(bytes);
    }
    if (named > mostRepetition * there)
      throw new DataError(
        `${place}, group ${index}: expected weights of at most ${mostRepetition} times the length of their files (${there} bytes), received paths that name ${named} bytes, the same files again and again.`,
      );
    checkLength(group, shards, `${place}, group ${index}`);
    const take = takeFrom(shards);
    for (const weight of group.weights) {
      const count = sizeOf(weight.shape);
      const { dtype, data } = weight.read(take(count * weight.byteLength), count);
      found.push({ name: weight.name, group: weight.group, array: { dtype, shape: weight.shape, data } });
    }
  }
  return found;
}

/** A manifest, and the files it names. */
export interface WrittenWeights {
  readonly manifest: Json;
  readonly shards: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Gives a shard its name: its bytes, which it is (from 1), and of how many. */
export type NameShard = (bytes: Uint8Array<ArrayBuffer>, index: number, count: number) => Promise<string>;

/** Arrays as one group. Equal arrays give equal bytes. */
export async function writeWeights(weights: readonly TfjsWeight[], nameShard: NameShard): Promise<WrittenWeights> {
  const total = weights.reduce((sum, { array }) => sum + array.data.byteLength, 0);
  const all = new Uint8Array(total);
  let at = 0;
  for (const { array } of weights) {
    const { buffer, byteOffset, byteLength } = array.data;
    all.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  const count = Math.ceil(total / shardBytes);
  const shards = new Map<string, Uint8Array<ArrayBuffer>>();
  const paths: string[] = [];
  for (let index = 0; index < count; index++) {
    const bytes = all.slice(index * shardBytes, (index + 1) * shardBytes);
    const path = await nameShard(bytes, index + 1, count);
    paths.push(path);
    shards.set(path, bytes);
  }
  const described = weights.map(({ name, group, array: { shape, dtype } }) => ({
    name,
    shape: [...shape],
    dtype,
    ...(group === undefined ? {} : { group }),
  }));
  return { manifest: [{ paths, weights: described }], shards };
}
