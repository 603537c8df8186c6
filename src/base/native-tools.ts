// What the native backend asks of a platform: a C compiler, and a place that keeps what it compiled.

/** Instructions that code is compiled for, by the width of their vectors. */
export const instructionSets = ['avx512', 'avx2', 'sse2', 'neon'] as const;
export type InstructionSet = (typeof instructionSets)[number];

/** A C compiler that works here. */
export interface CCompiler {
  /** For people: `gcc 12.2.0 (/usr/bin/cc)`. */
  readonly description: string;
  /** Everything that its output depends on besides the source: the compiler itself, its options, the processor. */
  readonly identity: string;
  readonly instructionSet: InstructionSet;
  /**
   * Compiles files of C, all at the same time, to one module that Node can load.
   * @throws DataError with what the compiler said
   */
  compile(files: readonly string[]): Promise<Uint8Array>;
}

/** Code that lies in a file, ready to be loaded. */
export interface StoredCode {
  readonly path: string;
  /** What was kept with it. */
  readonly description: string;
}

/** Keeps compiled code from one process to the next. */
export interface CodeStore {
  /** Undefined if there is none under this key, or what there is is damaged or not this user's. */
  find(key: string): Promise<StoredCode | undefined>;
  /** Keeps code under a key and gives the file it lies in; where nothing can be kept, a file for this process alone. */
  keep(key: string, code: Uint8Array, description: string): Promise<StoredCode>;
}

export interface NativeTools {
  /**
   * @param instructionSet the processor's best unless given
   * @throws StateError that says why there is no compiler that works, and what to install
   */
  findCompiler(instructionSet?: InstructionSet): Promise<CCompiler>;
  /** Names the version of Nacre's own code, which decides what is printed. */
  ownVersion(): Promise<string>;
  readonly store: CodeStore;
}
