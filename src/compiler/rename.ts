// Gives the variables of kernel statements other names or values, and what they access other positions.
import type { Affine, KernelExpr, KernelStatement, VariableName } from '../ir/kernel.js';

export interface Renaming {
  readonly variable: (name: VariableName) => VariableName;
  /** @param buffer that is accessed there, if one is */
  readonly position: (at: Affine, buffer?: number) => Affine;
}

export function renamingVariables(variable: (name: VariableName) => VariableName): Renaming {
  const position = (at: Affine): Affine => ({
    ...at,
    terms: at.terms.map((term) => ({ ...term, variable: variable(term.variable) })),
  });
  return { variable, position };
}

/** Puts a sum in the place of a variable of positions. */
export function replacingVariable(name: VariableName, { offset, terms }: Affine): Renaming {
  const position = (at: Affine): Affine => ({
    offset: at.terms.reduce((sum, term) => (term.variable === name ? sum + offset * term.coefficient : sum), at.offset),
    terms: at.terms.flatMap((term) =>
      term.variable === name
        ? terms.map(({ variable, coefficient }) => ({ variable, coefficient: coefficient * term.coefficient }))
        : [term],
    ),
  });
  return { variable: (variable) => variable, position };
}

export function renameStatement(statement: KernelStatement, rename: Renaming): KernelStatement {
  switch (statement.kind) {
    case 'loop':
      return {
        ...statement,
        variable: rename.variable(statement.variable),
        body: statement.body.map((inner) => renameStatement(inner, rename)),
      };
    case 'let':
    case 'set':
      return { ...statement, name: rename.variable(statement.name), value: renameExpr(statement.value, rename) };
    case 'store':
      return { ...renameAccess(statement, rename), value: renameExpr(statement.value, rename) };
    case 'prefetch':
      return renameAccess(statement, rename);
  }
}

function renameAccess<Access extends { readonly buffer: number; readonly at: Affine }>(
  access: Access,
  rename: Renaming,
): Access {
  return { ...access, at: rename.position(access.at, access.buffer) };
}

function renameExpr(expr: KernelExpr, rename: Renaming): KernelExpr {
  const inner = (value: KernelExpr): KernelExpr => renameExpr(value, rename);
  switch (expr.kind) {
    case 'number':
    case 'laneNumbers':
      return expr;
    case 'register':
      return { ...expr, name: rename.variable(expr.name) };
    case 'position':
      return { ...expr, at: rename.position(expr.at) };
    case 'load':
      return renameAccess(expr, rename);
    case 'gather':
      return { ...renameAccess(expr, rename), index: inner(expr.index) };
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
