// Builds one kernel: nested scopes of statements. A value is put into a register of the outermost scope in which all
// that it depends on is known, so that nothing is computed in a loop that could be computed before it.
import { InternalError } from '../base/errors.js';
import type { Kernel, KernelExpr, KernelStatement, VariableName } from '../ir/kernel.js';
import { toAffine, type Index } from './affine.js';

/** A value in a register (or a number), and the depth of the scope from which on it can be used. */
export interface Value {
  readonly expr: KernelExpr;
  readonly level: number;
}

interface Scope {
  readonly statements: KernelStatement[];
  readonly memo: Map<string, Value>;
}

/** A place in memory that was read or written, for finding out which loops can be merged. */
export interface Access {
  readonly at: Index;
}

export class KernelBuilder {
  readonly accesses: Access[] = [];
  readonly extents = new Map<VariableName, number>();
  readonly #scopes: Scope[] = [{ statements: [], memo: new Map() }];
  readonly #levels = new Map<VariableName, number>();
  #names = 0;

  /** Declares a variable that the whole kernel may use: a chunk's number, or a loop of a dry run. */
  declare(variable: VariableName, extent: number): void {
    this.extents.set(variable, extent);
    this.#levels.set(variable, 0);
  }

  /** Depth of the innermost open scope. */
  get level(): number {
    return this.#scopes.length - 1;
  }

  /** A name that nothing else in the kernel has. */
  name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  /** A loop over begin, begin + step, ... below end; `extent` is what index arithmetic takes the variable to reach. */
  loop(
    prefix: string,
    range: { readonly begin?: number; readonly end: number; readonly step?: number; readonly extent?: number },
    body: (variable: VariableName) => void,
  ): void {
    const variable = this.name(prefix);
    this.extents.set(variable, range.extent ?? range.end);
    this.#scopes.push({ statements: [], memo: new Map() });
    this.#levels.set(variable, this.level);
    body(variable);
    const { statements } = this.#scopes.pop()!;
    if (statements.length > 0)
      this.#scopes.at(-1)!.statements.push({
        kind: 'loop',
        variable,
        begin: range.begin ?? 0,
        end: range.end,
        step: range.step ?? 1,
        body: statements,
      });
  }

  /** The depth from which on `index` can be computed. */
  levelOf(index: Index): number {
    let level = 0;
    for (const variable of index.terms.keys()) level = Math.max(level, this.#levels.get(variable) ?? 0);
    return level;
  }

  /** Puts a value into a register of the scope at `level`. @param held it is read from memory once */
  let(value: KernelExpr, level: number, prefix = 'v', held = false): Value {
    if (value.kind === 'number' || value.kind === 'register') return { expr: value, level };
    const name = this.name(prefix);
    this.#scopes[level]!.statements.push({ kind: 'let', name, value, ...(held && { held }) });
    this.#levels.set(name, level);
    return { expr: { kind: 'register', name, type: value.type }, level };
  }

  /** An integer register of the whole kernel, with values below `extent`, for use in positions. */
  integer(value: KernelExpr, extent: number): VariableName {
    const name = this.name('n');
    this.#scopes[0]!.statements.push({ kind: 'let', name, value });
    this.declare(name, extent);
    return name;
  }

  /** A register of the innermost scope that later statements may set. */
  mutable(value: KernelExpr, prefix: string): KernelExpr & { kind: 'register' } {
    const name = this.name(prefix);
    this.#scopes.at(-1)!.statements.push({ kind: 'let', name, value });
    this.#levels.set(name, this.level);
    return { kind: 'register', name, type: value.type };
  }

  set(register: KernelExpr & { kind: 'register' }, value: KernelExpr): void {
    this.#scopes.at(-1)!.statements.push({ kind: 'set', name: register.name, value });
  }

  store(buffer: number, at: Index, count: number, value: KernelExpr): void {
    this.accesses.push({ at });
    this.#scopes.at(-1)!.statements.push({ kind: 'store', buffer, at: toAffine(at), count, value });
  }

  prefetch(buffer: number, at: Index): void {
    this.#scopes.at(-1)!.statements.push({ kind: 'prefetch', buffer, at: toAffine(at) });
  }

  /** A value computed before in a scope that is still open. */
  remembered(key: string): Value | undefined {
    for (const scope of this.#scopes) {
      const value = scope.memo.get(key);
      if (value) return value;
    }
    return undefined;
  }

  /** Remembers a value for as long as the scope at its level is open. */
  remember(key: string, value: Value): Value {
    this.#scopes[value.level]!.memo.set(key, value);
    return value;
  }

  finish(parts: Omit<Kernel, 'body'>): Kernel {
    if (this.#scopes.length !== 1) throw new InternalError(`kernel ${parts.name}: a loop is still open.`);
    return { ...parts, body: this.#scopes[0]!.statements };
  }
}
