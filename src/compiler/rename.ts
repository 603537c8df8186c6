// Gives the variables of kernel statements other names.
import type { Affine, KernelExpr, KernelStatement, VariableName } from '../ir/kernel.js';

export type Renaming = (name: VariableName) => VariableName;

export function renameStatement(statement: KernelStatement, rename: Renaming): KernelStatement {
  switch (statement.kind) {
    case 'loop':
      return {
        ...statement,
        variable: rename(statement.variable),
        body: statement.body.map((inner) => renameStatement(inner, rename)),
      };
    case 'let':
    case 'set':
      return { ...statement, name: rename(statement.name), value: renameExpr(statement.value, rename) };
    case 'store':
      return { ...statement, at: renameAffine(statement.at, rename), value: renameExpr(statement.value, rename) };
    case 'prefetch':
      return { ...statement, at: renameAffine(statement.at, rename) };
  }
}

function renameAffine(at: Affine, rename: Renaming): Affine {
  return { ...at, terms: at.terms.map((term) => ({ ...term, variable: rename(term.variable) })) };
}

function renameExpr(expr: KernelExpr, rename: Renaming): KernelExpr {
  const inner = (value: KernelExpr): KernelExpr => renameExpr(value, rename);
  switch (expr.kind) {
    case 'number':
    case 'laneNumbers':
      return expr;
    case 'register':
      return { ...expr, name: rename(expr.name) };
    case 'position':
    case 'load':
      return { ...expr, at: renameAffine(expr.at, rename) };
    case 'gather':
      return { ...expr, at: renameAffine(expr.at, rename), index: inner(expr.index) };
    case 'splat':
    case 'unary':
    case 'shift':
    case 'horizontal':
    case 'lane':
      return { ...expr, value: inner(expr.value) };
    case 'binary':
      return { ...expr, a: inner(expr.a), b: inner(expr.b) };
    case 'select':
      return { ...expr, mask: inner(expr.mask), a: inner(expr.a), b: inner(expr.b) };
  }
}
