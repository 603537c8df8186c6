// The variables of kernel statements.
import type { Affine, KernelStatement, VariableName } from './kernel.js';
import { visitExpressions } from './operands.js';

/** Variables that a statement reads or sets. */
export function namesIn(statement: KernelStatement): Set<VariableName> {
  const names = new Set<VariableName>();
  const addAffine = ({ terms }: Affine): void => terms.forEach(({ variable }) => names.add(variable));
  const visit = (inner: KernelStatement): void => {
    if (inner.kind === 'loop') {
      inner.body.forEach(visit);
      return;
    }
    if (inner.kind === 'store' || inner.kind === 'prefetch') addAffine(inner.at);
    else names.add(inner.name);
    if (inner.kind === 'prefetch') return;
    visitExpressions(inner.value, (expr) => {
      if (expr.kind === 'register') names.add(expr.name);
      else if (expr.kind === 'position' || expr.kind === 'load' || expr.kind === 'gather') addAffine(expr.at);
    });
  };
  visit(statement);
  return names;
}
