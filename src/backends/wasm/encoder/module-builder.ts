// Puts a WebAssembly module together: imports, functions, exports and names, to bytes in the binary format.
// Reference: WebAssembly Core Specification 2.0 with the threads proposal, https://webassembly.github.io/spec/core/binary/.
import { InternalError } from '../../../base/errors.js';
import { ByteWriter } from './byte-writer.js';
import { FunctionBuilder } from './function-builder.js';
import { FunctionRef, valueTypeCodes } from './value-types.js';
import type { FunctionType, ValueType } from './value-types.js';

/** The size of a memory, in pages of 64 KiB. */
export interface MemoryLimits {
  readonly initial: number;
  /** A shared memory must have one. */
  readonly maximum?: number;
  readonly shared: boolean;
}

/** A function's type and whether the module exports it under its name. */
export interface FunctionOptions extends FunctionType {
  readonly exported?: boolean;
}

const sections = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const externalKinds = { function: 0x00, memory: 0x02 } as const;
const nameSubsections = { module: 0, functions: 1 } as const;
const magicAndVersion = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const functionForm = 0x60;
const maximumPages = 65536;

/** A module under construction. Imported functions come first; the memory may be imported at any time. */
export class ModuleBuilder {
  readonly #name: string | undefined;
  #memory: { readonly module: string; readonly name: string; readonly limits: MemoryLimits } | undefined;
  readonly #importedFunctions: { readonly module: string; readonly ref: FunctionRef }[] = [];
  /** Functions of the module itself; `body` is missing while one is only declared. */
  readonly #functions: { readonly ref: FunctionRef; body?: ByteWriter; usesMemory: boolean }[] = [];
  readonly #exports = new Map<string, FunctionRef>();
  readonly #types: FunctionType[] = [];
  readonly #typeIndices = new Map<string, number>();

  /** @param name shown by debuggers and profilers */
  constructor(name?: string) {
    this.#name = name;
  }

  /**
   * Imports the one memory that all loads and stores use.
   * @throws InternalError for a second memory, for sizes out of range, for a shared memory without a maximum.
   */
  importMemory(module: string, name: string, limits: MemoryLimits): void {
    const { initial, maximum, shared } = limits;
    if (this.#memory !== undefined) throw this.#error(`a second memory '${module}.${name}' cannot be imported`);
    if (shared && maximum === undefined) throw this.#error(`shared memory '${module}.${name}' needs a maximum`);
    const inRange = (pages: number): boolean => Number.isInteger(pages) && pages >= 0 && pages <= maximumPages;
    if (!inRange(initial) || (maximum !== undefined && (!inRange(maximum) || maximum < initial))) {
      throw this.#error(
        `memory '${module}.${name}': expected 0 <= initial <= maximum <= ${maximumPages} pages, ` +
          `received initial ${initial}, maximum ${maximum}`,
      );
    }
    this.#memory = { module, name, limits };
  }

  /**
   * Imports a function.
   * @throws InternalError once a function of the module itself was declared, whose index it would move.
   */
  importFunction(module: string, name: string, type: FunctionType): FunctionRef {
    if (this.#functions.length > 0) {
      throw this.#error(`function '${module}.${name}' must be imported before the first function is declared`);
    }
    const ref = this.#newFunction(name, type);
    this.#importedFunctions.push({ module, ref });
    return ref;
  }

  /** Declares a function and writes its body. */
  addFunction(name: string, options: FunctionOptions, build: (code: FunctionBuilder) => void): FunctionRef {
    const ref = this.declareFunction(name, options);
    this.defineFunction(ref, build);
    return ref;
  }

  /**
   * Declares a function whose body `defineFunction` writes later, so that functions before it can call it.
   * @throws InternalError if it is exported under a name that is taken.
   */
  declareFunction(name: string, options: FunctionOptions): FunctionRef {
    const ref = this.#newFunction(name, options);
    if (options.exported === true) {
      if (this.#exports.has(name)) throw this.#error(`two functions are exported as '${name}'`);
      this.#exports.set(name, ref);
    }
    this.#functions.push({ ref, usesMemory: false });
    return ref;
  }

  /**
   * Writes the body of a declared function.
   * @throws InternalError if it already has one, is imported or belongs to another module.
   */
  defineFunction(ref: FunctionRef, build: (code: FunctionBuilder) => void): void {
    const declared = this.#functions[ref.index - this.#importedFunctions.length];
    if (declared?.ref !== ref) throw this.#error(`function '${ref.name}' was not declared in it`);
    if (declared.body !== undefined) throw this.#error(`function '${ref.name}' already has a body`);
    const builder = new FunctionBuilder(ref);
    build(builder);
    declared.body = builder.finish();
    declared.usesMemory = builder.usesMemory;
  }

  /**
   * The module as bytes, with the functions' names for profilers.
   * @throws InternalError if a declared function has no body, or one uses memory and none is imported.
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    const codeLength = this.#functions.reduce((sum, { body }) => sum + (body?.byteLength ?? 0), 0);
    const output = new ByteWriter(codeLength + 64 * (this.#functions.length + 8));
    output.append(magicAndVersion);
    const codes = this.#codeSection(codeLength);
    writeSection(output, sections.type, this.#typeSection());
    writeSection(output, sections.import, this.#importSection());
    writeSection(output, sections.function, this.#functionSection());
    writeSection(output, sections.export, this.#exportSection());
    writeSection(output, sections.code, codes);
    writeSection(output, sections.custom, this.#nameSection());
    return output.toBytes();
  }

  #newFunction(name: string, { parameters, results }: FunctionType): FunctionRef {
    const index = this.#importedFunctions.length + this.#functions.length;
    return new FunctionRef(this, name, { parameters: [...parameters], results: [...results] }, index);
  }

  /** The index of a function type; equal types share one. */
  #typeIndex(type: FunctionType): number {
    const key = `${type.parameters.join()}:${type.results.join()}`;
    let index = this.#typeIndices.get(key);
    if (index === undefined) {
      index = this.#types.push(type) - 1;
      this.#typeIndices.set(key, index);
    }
    return index;
  }

  #typeSection(): ByteWriter {
    const writer = new ByteWriter();
    for (const { ref } of [...this.#importedFunctions, ...this.#functions]) this.#typeIndex(ref.type);
    writer.unsigned(this.#types.length);
    for (const type of this.#types) {
      writer.byte(functionForm);
      writeTypes(writer, type.parameters);
      writeTypes(writer, type.results);
    }
    return writer;
  }

  #importSection(): ByteWriter {
    const writer = new ByteWriter();
    writer.unsigned(this.#importedFunctions.length + (this.#memory === undefined ? 0 : 1));
    if (this.#memory !== undefined) {
      const { module, name, limits } = this.#memory;
      writer.name(module);
      writer.name(name);
      writer.byte(externalKinds.memory);
      writer.byte((limits.maximum === undefined ? 0 : 1) | (limits.shared ? 2 : 0));
      writer.unsigned(limits.initial);
      if (limits.maximum !== undefined) writer.unsigned(limits.maximum);
    }
    for (const { module, ref } of this.#importedFunctions) {
      writer.name(module);
      writer.name(ref.name);
      writer.byte(externalKinds.function);
      writer.unsigned(this.#typeIndex(ref.type));
    }
    return writer;
  }

  #functionSection(): ByteWriter {
    const writer = new ByteWriter();
    writer.unsigned(this.#functions.length);
    for (const { ref } of this.#functions) writer.unsigned(this.#typeIndex(ref.type));
    return writer;
  }

  #exportSection(): ByteWriter {
    const writer = new ByteWriter();
    writer.unsigned(this.#exports.size);
    for (const [name, ref] of this.#exports) {
      writer.name(name);
      writer.byte(externalKinds.function);
      writer.unsigned(ref.index);
    }
    return writer;
  }

  #codeSection(codeLength: number): ByteWriter {
    const writer = new ByteWriter(codeLength + 5 * (this.#functions.length + 1));
    writer.unsigned(this.#functions.length);
    for (const { ref, body, usesMemory } of this.#functions) {
      if (body === undefined) throw this.#error(`function '${ref.name}' was declared but has no body`);
      if (usesMemory && this.#memory === undefined) {
        throw this.#error(`function '${ref.name}' uses memory, but no memory is imported`);
      }
      writer.sized(body);
    }
    return writer;
  }

  #nameSection(): ByteWriter {
    const writer = new ByteWriter();
    writer.name('name');
    if (this.#name !== undefined) {
      const moduleName = new ByteWriter();
      moduleName.name(this.#name);
      writeSection(writer, nameSubsections.module, moduleName);
    }
    const functionNames = new ByteWriter();
    const functions = [...this.#importedFunctions, ...this.#functions];
    functionNames.unsigned(functions.length);
    for (const { ref } of functions) {
      functionNames.unsigned(ref.index);
      functionNames.name(ref.name);
    }
    writeSection(writer, nameSubsections.functions, functionNames);
    return writer;
  }

  #error(problem: string): InternalError {
    return new InternalError(`WebAssembly module${this.#name === undefined ? '' : ` '${this.#name}'`}: ${problem}.`);
  }
}

function writeSection(writer: ByteWriter, id: number, content: ByteWriter): void {
  writer.byte(id);
  writer.sized(content);
}

function writeTypes(writer: ByteWriter, types: readonly ValueType[]): void {
  writer.unsigned(types.length);
  for (const type of types) writer.byte(valueTypeCodes[type]);
}
