// Damages files: bytes anywhere, and JSON where a format keeps it, so that what is wrong is met deep within a reader.
import type { RandomStream } from '../../src/base/random.js';

type Bytes = Uint8Array<ArrayBuffer>;

const extremes = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff];

const pick = <Item>(stream: RandomStream, items: readonly Item[]): Item => items[stream.below(items.length)]!;

type Damage = (bytes: Bytes, stream: RandomStream) => Bytes;

const damages: readonly Damage[] = [
  // Some bits turned round.
  (bytes, stream) => {
    for (let count = 1 + stream.below(8); count > 0; count--)
      bytes[stream.below(bytes.length)]! ^= 1 << stream.below(8);
    return bytes;
  },
  // A byte replaced.
  (bytes, stream) => {
    bytes[stream.below(bytes.length)] = stream.below(256);
    return bytes;
  },
  // Cut off.
  (bytes, stream) => bytes.slice(0, stream.below(bytes.length)),
  // Something at the end.
  (bytes, stream) => joined(bytes, bytes.slice(0, 1 + stream.below(64))),
  // A piece in another place.
  (bytes, stream) => {
    const from = stream.below(bytes.length);
    const piece = bytes.slice(from, from + 1 + stream.below(64));
    const to = stream.below(bytes.length);
    bytes.set(piece.subarray(0, bytes.length - to), to);
    return bytes;
  },
  // A piece left out, or twice.
  (bytes, stream) => {
    const from = stream.below(bytes.length);
    const to = Math.min(bytes.length, from + 1 + stream.below(64));
    return stream.below(2) === 0
      ? joined(bytes.slice(0, from), bytes.slice(to))
      : joined(bytes.slice(0, to), bytes.slice(from));
  },
  // A length or an offset at the end of what there is.
  (bytes, stream) => {
    if (bytes.length < 8) return bytes;
    const view = new DataView(bytes.buffer);
    const value = stream.below(4) === 0 ? bytes.length + stream.below(3) - 1 : pick(stream, extremes);
    const at = stream.below(bytes.length - 7);
    if (stream.below(2) === 0) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value) << BigInt(pick(stream, [0, 0, 8, 31])), true);
    return bytes;
  },
  // Nothing, for a while.
  (bytes, stream) => {
    const from = stream.below(bytes.length);
    return bytes.fill(stream.below(2) * 255, from, from + 1 + stream.below(64));
  },
];

function joined(a: Uint8Array, b: Uint8Array): Bytes {
  const result = new Uint8Array(a.length + b.length);
  result.set(a);
  result.set(b, a.length);
  return result;
}

/** `bytes`, damaged in one to three ways. */
export function damagedBytes(bytes: Uint8Array, stream: RandomStream): Bytes {
  let result: Bytes = new Uint8Array(bytes);
  for (let count = 1 + stream.below(3); count > 0 && result.length > 0; count--)
    result = pick(stream, damages)(result, stream);
  return result;
}

const strangeTexts = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'Dense',
  'Sequential',
  '\u0000',
  '🙂',
  'a'.repeat(5000),
];
const strangeNumbers = [-1, 0, 1, 0.5, 2, 3, 255, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, -1e-300];

function strangeValue(stream: RandomStream): unknown {
  switch (stream.below(7)) {
    case 0:
      return null;
    case 1:
      return pick(stream, strangeNumbers);
    case 2:
      return pick(stream, strangeTexts);
    case 3:
      return stream.below(2) === 0;
    case 4:
      return Array.from({ length: stream.below(20) }, () => pick(stream, strangeNumbers));
    case 5: {
      let deep: unknown = 1;
      for (let depth = pick(stream, [3, 60, 2000]); depth > 0; depth--)
        deep = stream.below(2) === 0 ? [deep] : { a: deep };
      return deep;
    }
    default:
      return {};
  }
}

type Container = unknown[] | Record<string, unknown>;
const isJson = (value: unknown): value is string => typeof value === 'string' && /^[[{]/.test(value);
const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null;

/** A text of JSON, damaged in one or two places of its tree; JSON that is a text within it is damaged likewise. */
export function damagedJson(text: string, stream: RandomStream): string {
  const root = JSON.parse(text) as unknown;
  if (!isContainer(root)) return JSON.stringify(strangeValue(stream));
  for (let count = 1 + stream.below(2); count > 0; count--) {
    const places: [Container, string][] = [];
    const visit = (container: Container): void => {
      for (const [key, value] of Object.entries(container)) {
        places.push([container, key]);
        if (isContainer(value)) visit(value);
      }
    };
    visit(root);
    if (places.length === 0) break;
    // What lies within a text is met only when all around it is right.
    const nested = places.filter(([container, key]) => isJson((container as Record<string, unknown>)[key]));
    const [container, key] = pick(stream, nested.length > 0 && stream.below(2) === 0 ? nested : places);
    damageEntry(container as Record<string, unknown>, key, stream, places);
  }
  return JSON.stringify(root);
}

function damageEntry(
  container: Record<string, unknown>,
  key: string,
  stream: RandomStream,
  places: readonly [Container, string][],
): void {
  const value = container[key];
  if (isJson(value) && stream.below(4) > 0) {
    container[key] = damagedJson(value, stream);
    return;
  }
  switch (stream.below(6)) {
    case 0:
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else Reflect.deleteProperty(container, key);
      break;
    case 1: {
      const [other, otherKey] = pick(stream, places);
      // A copy, so that the tree stays one.
      container[key] = JSON.parse(JSON.stringify((other as Record<string, unknown>)[otherKey] ?? null));
      break;
    }
    case 2:
      if (!Array.isArray(container))
        Object.defineProperty(container, pick(stream, strangeTexts), {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      break;
    case 3:
      if (typeof value === 'number') container[key] = value + pick(stream, [-1, 1, 0.5, 1e9]);
      else container[key] = strangeValue(stream);
      break;
    default:
      container[key] = strangeValue(stream);
  }
}
