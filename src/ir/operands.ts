// Walks expressions of the kernel language.
import type { KernelExpr } from './kernel.js';

/** The expressions that an expression is made of. */
export function operandsOf(expr: KernelExpr): readonly KernelExpr[] {
  switch (expr.kind) {
    case 'number':
    case 'register':
    case 'position':
    case 'laneNumbers':
    case 'load':
      return [];
    case 'gather':
      return [expr.index];
    case 'splat':
    case 'unary':
    case 'shift':
    case 'horizontal':
    case 'lane':
      return [expr.value];
    case 'binary':
      return [expr.a, expr.b];
    case 'select':
      return [expr.mask, expr.a, expr.b];
  }
}

/** Calls `visit` for an expression and all that it is made of. */
export function visitExpressions(expr: KernelExpr, visit: (expr: KernelExpr) => void): void {
  visit(expr);
  for (const operand of operandsOf(expr)) visitExpressions(operand, visit);
}
