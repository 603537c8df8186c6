// The value types of WebAssembly, and the handles that the builders give out: locals, labels and functions.

/** The types of a value on the stack, in a local, in a parameter or in a result. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

/** The byte that stands for each value type in a module. */
export const valueTypeCodes: { readonly [Type in ValueType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** What a function takes and gives; WebAssembly allows several results. */
export interface FunctionType {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A parameter or local variable of one function, given out by its FunctionBuilder. */
export class Local {
  /** The builder that gave it out; only that builder accepts it. */
  readonly owner: object;
  readonly type: ValueType;
  readonly index: number;
  /** False once the local went back to the pool. */
  live = true;

  constructor(owner: object, type: ValueType, index: number) {
    this.owner = owner;
    this.type = type;
    this.index = index;
  }
}

/** The target of a branch: the end of a block or of an if, the start of a loop. */
export class Label {
  /** The builder that gave it out; only that builder accepts it. */
  readonly owner: object;
  /** Number of constructs open around this one. */
  readonly depth: number;
  /** False once the construct was closed: a branch to it is no longer possible. */
  open = true;

  constructor(owner: object, depth: number) {
    this.owner = owner;
    this.depth = depth;
  }
}

/** An imported, declared or defined function of one module, given out by its ModuleBuilder. */
export class FunctionRef {
  /** The module builder that gave it out; only functions of that module can call it. */
  readonly owner: object;
  readonly name: string;
  readonly type: FunctionType;
  /** Place in the module's index space of functions: imports first. */
  readonly index: number;

  constructor(owner: object, name: string, type: FunctionType, index: number) {
    this.owner = owner;
    this.name = name;
    this.type = type;
    this.index = index;
  }
}
