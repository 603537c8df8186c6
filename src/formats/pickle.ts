// Python's pickles, as far as they hold data: numbers, texts, bytes, lists, tuples, dictionaries and NumPy's arrays. A
// pickle is a program for a small machine that can call any function of Python's. Here it cannot: what it names is only
// ever compared with the few names that describe an array, and everything else is refused.
import { DataError } from '../base/errors.js';
import type { NDArray } from '../base/ndarray.js';
import { formatShape, sizeOf, type Shape } from '../base/shape.js';
import { decodeElements } from './npy.js';

/** What a pickle holds. Tuples are lists; texts of Python 2 are bytes, but for the keys of dictionaries. */
export type Pickled =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Pickled[]
  | ReadonlyMap<string | number, Pickled>
  | PickledArray;

/** An array of NumPy's: of numbers, or of any objects (`dtype=object`). */
export class PickledArray {
  shape: Shape = [0];
  /** Undefined in an array of objects. */
  numbers: NDArray | undefined;
  /** In row-major order; undefined in an array of numbers. */
  objects: readonly Pickled[] | undefined;
}

/** What a pickle calls by module and name. */
class Name {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** NumPy's description of elements: `u1`, `O`, with their order of bytes. */
class ElementType {
  readonly code: string;
  byteOrder = '|';

  constructor(code: string) {
    this.code = code;
  }
}

type Value = Pickled | Name | ElementType | Value[] | Map<string | number, Value>;

// NumPy 2 has moved its module.
const reconstructNames = ['numpy.core.multiarray._reconstruct', 'numpy._core.multiarray._reconstruct'];
const arrayName = 'numpy.ndarray';
const dtypeName = 'numpy.dtype';
/** How Python 3 writes bytes for Python 2: as a text in which each character is a byte. */
const encodeName = '_codecs.encode';
const knownNames: readonly string[] = [...reconstructNames, arrayName, dtypeName, encodeName];

/**
 * What a pickle holds, of protocols 2 to 4. `place` is what errors call it.
 * @throws DataError if it is damaged, or names anything but NumPy's arrays
 */
export function readPickle(bytes: Uint8Array, place: string): Pickled {
  return new Reader(bytes, place).read();
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #place: string;
  #at = 0;
  readonly #stack: Value[] = [];
  /** Lengths of the stack at each mark. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Value>();

  constructor(bytes: Uint8Array, place: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#place = place;
  }

  read(): Pickled {
    for (;;) {
      const code = this.#bytes[this.#skip(1)]!;
      if (code === 0x2e) {
        const result = this.#pop();
        if (this.#stack.length > 0) this.#fail('expected one value at the end, received several');
        // Names and types cannot be looked into, and are nothing to a reader of data.
        if (result instanceof Name || result instanceof ElementType) this.#fail('expected data, received a name');
        return result as Pickled;
      }
      this.#step(code);
    }
  }

  #fail(what: string): never {
    throw new DataError(`${this.#place}, byte ${this.#at - 1} of the pickle: ${what}.`);
  }

  /** Where the next `length` bytes begin, which then count as read. */
  #skip(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length)
      this.#fail(`expected ${length} more bytes, received ${this.#bytes.length - start}. It is cut off`);
    this.#at += length;
    return start;
  }

  #uint8 = (): number => this.#bytes[this.#skip(1)]!;
  #uint32 = (): number => this.#view.getUint32(this.#skip(4), true);

  #take(length: number): Uint8Array {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  #text(length: number): string {
    return new TextDecoder().decode(this.#take(length));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end === -1) this.#fail('expected a line, received no end of one. It is cut off');
    const line = this.#text(end - this.#at);
    this.#at++;
    return line;
  }

  #pop(): Value {
    const value = this.#stack.pop();
    if (value === undefined || this.#stack.length < (this.#marks.at(-1) ?? 0)) this.#fail('expected a value');
    return value;
  }

  #sinceMark(): Value[] {
    const start = this.#marks.pop();
    if (start === undefined) this.#fail('expected a mark');
    return this.#stack.splice(start);
  }

  /** Some values from the top, in their order. */
  #popMany(count: number): Value[] {
    const values = Array.from({ length: count }, () => this.#pop());
    return values.reverse();
  }

  #top(): Value {
    const value = this.#stack.at(-1);
    if (value === undefined) this.#fail('expected a value');
    return value;
  }

  #step(code: number): void {
    const stack = this.#stack;
    switch (code) {
      case 0x80: {
        const protocol = this.#uint8();
        if (protocol < 2 || protocol > 4) this.#fail(`expected protocol 2 to 4, received ${protocol}`);
        return;
      }
      case 0x95: // A frame: only a hint for reading ahead.
        this.#skip(8);
        return;
      case 0x28:
        this.#marks.push(stack.length);
        return;
      case 0x4e:
        stack.push(null);
        return;
      case 0x88:
        stack.push(true);
        return;
      case 0x89:
        stack.push(false);
        return;
      case 0x4b:
        stack.push(this.#uint8());
        return;
      case 0x4d:
        stack.push(this.#view.getUint16(this.#skip(2), true));
        return;
      case 0x4a:
        stack.push(this.#view.getInt32(this.#skip(4), true));
        return;
      case 0x8a:
        stack.push(this.#long(this.#uint8()));
        return;
      case 0x47:
        stack.push(this.#view.getFloat64(this.#skip(8)));
        return;
      case 0x55: // Texts of Python 2, and bytes.
      case 0x43:
        stack.push(this.#take(this.#uint8()));
        return;
      case 0x54:
      case 0x42:
        stack.push(this.#take(this.#uint32()));
        return;
      case 0x8e:
        stack.push(this.#take(this.#length64()));
        return;
      case 0x8c:
        stack.push(this.#text(this.#uint8()));
        return;
      case 0x58:
        stack.push(this.#text(this.#uint32()));
        return;
      case 0x8d:
        stack.push(this.#text(this.#length64()));
        return;
      case 0x29: // (), []
      case 0x5d:
        stack.push([]);
        return;
      case 0x74:
      case 0x6c:
        stack.push(this.#sinceMark());
        return;
      case 0x85:
      case 0x86:
      case 0x87:
        stack.push(this.#popMany(code - 0x84));
        return;
      case 0x61:
        this.#append(this.#popMany(1));
        return;
      case 0x65:
        this.#append(this.#sinceMark());
        return;
      case 0x7d:
        stack.push(new Map<string | number, Value>());
        return;
      case 0x64: {
        const items = this.#sinceMark();
        stack.push(new Map<string | number, Value>());
        this.#setItems(items);
        return;
      }
      case 0x73:
        this.#setItems(this.#popMany(2));
        return;
      case 0x75:
        this.#setItems(this.#sinceMark());
        return;
      case 0x71:
        this.#memo.set(this.#uint8(), this.#top());
        return;
      case 0x72:
        this.#memo.set(this.#uint32(), this.#top());
        return;
      case 0x94:
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case 0x68:
        this.#recall(this.#uint8());
        return;
      case 0x6a:
        this.#recall(this.#uint32());
        return;
      case 0x63:
        stack.push(this.#known(`${this.#line()}.${this.#line()}`));
        return;
      case 0x93: {
        const [module, name] = this.#popMany(2);
        if (typeof module !== 'string' || typeof name !== 'string') this.#fail('expected a module and a name');
        stack.push(this.#known(`${module}.${name}`));
        return;
      }
      case 0x52:
        this.#reduce();
        return;
      case 0x62:
        this.#build();
        return;
      default:
        // Classes made in other ways, persistent and extension objects, sets, and the texts of protocol 0.
        this.#fail(
          `the instruction 0x${code.toString(16).padStart(2, '0')} is not read; expected numbers, texts, lists, dictionaries or NumPy's arrays`,
        );
    }
  }

  /** A whole number of any length, little-endian in two's complement. */
  #long(length: number): number {
    const bytes = this.#take(length);
    if (length > 8) this.#fail(`expected a whole number of at most 8 bytes, received one of ${length}`);
    let value = 0n;
    bytes.forEach((byte, index) => (value |= BigInt(byte) << BigInt(8 * index)));
    const signed = Number(BigInt.asIntN(8 * length, value));
    if (!Number.isSafeInteger(signed)) this.#fail(`expected a whole number within 2^53, received ${value}`);
    return signed;
  }

  #length64(): number {
    const length = this.#view.getBigUint64(this.#skip(8), true);
    if (length > BigInt(this.#bytes.length)) this.#fail(`expected ${length} more bytes. It is cut off`);
    return Number(length);
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) this.#fail(`it refers to value ${index}, which it does not have`);
    this.#stack.push(value);
  }

  #append(items: readonly Value[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) this.#fail('expected a list to append to');
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly Value[]): void {
    const map = this.#top();
    if (!(map instanceof Map)) return this.#fail('expected a dictionary');
    if (items.length % 2 !== 0) this.#fail('expected a value for each key');
    for (let index = 0; index < items.length; index += 2) {
      const key = items[index];
      if (key instanceof Uint8Array) map.set(new TextDecoder().decode(key), items[index + 1]!);
      else if (typeof key === 'string' || typeof key === 'number') map.set(key, items[index + 1]!);
      else this.#fail('expected keys that are texts or numbers');
    }
  }

  #known(name: string): Name {
    if (!knownNames.includes(name))
      this.#fail(
        `it asks for Python's '${name.slice(0, 100)}', and nothing in a file is run; expected numbers, texts, lists, dictionaries or NumPy's arrays`,
      );
    return new Name(name);
  }

  /** A call: of what makes an array, a type of elements, or bytes. */
  #reduce(): void {
    const [callee, args] = this.#popMany(2);
    if (!(callee instanceof Name) || !Array.isArray(args)) return this.#fail('expected a name and what it is given');
    const given = args as readonly Value[];
    if (reconstructNames.includes(callee.name)) {
      if (!(given[0] instanceof Name && given[0].name === arrayName)) this.#fail("expected an array of NumPy's");
      this.#stack.push(new PickledArray());
    } else if (callee.name === dtypeName) {
      const code = given[0] instanceof Uint8Array ? new TextDecoder().decode(given[0]) : given[0];
      if (typeof code !== 'string') return this.#fail('expected an element type');
      this.#stack.push(new ElementType(code));
    } else if (callee.name === encodeName) {
      const [text, encoding] = given;
      if (typeof text !== 'string' || encoding !== 'latin1') return this.#fail('expected bytes as text');
      this.#stack.push(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    } else this.#fail(`'${callee.name}' cannot be called`);
  }

  /** The state of an array or an element type that was made before. */
  #build(): void {
    const state = this.#pop();
    const object = this.#top();
    if (!Array.isArray(state)) return this.#fail('expected the state of an array');
    const values = state as readonly Value[];
    if (object instanceof ElementType) {
      const order = values[1] instanceof Uint8Array ? new TextDecoder().decode(values[1]) : values[1];
      // Fields of records and the like.
      if (typeof order !== 'string' || values.slice(2, 5).some((value) => value !== null))
        return this.#fail('expected an array of numbers or objects, received another');
      object.byteOrder = order;
    } else if (object instanceof PickledArray) this.#fill(object, values);
    else this.#fail('expected an array');
  }

  #fill(array: PickledArray, [, shape, type, isFortran, data]: readonly Value[]): void {
    const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
    if (!isShape || !(type instanceof ElementType) || typeof isFortran !== 'boolean')
      return this.#fail('expected the shape, element type and order of an array');
    const sizes = shape as number[];
    if (type.code.startsWith('O')) {
      if (!Array.isArray(data) || data.length !== sizeOf(sizes) || (isFortran && sizes.length > 1))
        return this.#fail(`expected a list with the objects of an array of shape ${formatShape(sizes)}`);
      array.objects = data as readonly Pickled[];
    } else {
      if (!(data instanceof Uint8Array)) return this.#fail('expected the bytes of an array');
      const descr = `${type.byteOrder === '=' ? '<' : type.byteOrder}${type.code}`;
      const place = `${this.#place}, byte ${this.#at - 1} of the pickle`;
      array.numbers = decodeElements({ descr, shape: sizes, fortranOrder: isFortran }, data, place);
    }
    array.shape = [...sizes];
  }
}
