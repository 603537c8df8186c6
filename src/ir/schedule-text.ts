// Says in a line how a kernel's work is ordered: its chunks, the loops from the outermost in, and the tile of sums that
// stays in registers. Told from the kernel itself, so that it is what runs, whatever chose it.
import type { Kernel, KernelExpr, KernelStatement } from './kernel.js';
import { operandsOf } from './operands.js';

type LoopStatement = KernelStatement & { readonly kind: 'loop' };

/** Nests beyond this number are only counted: edges make many that differ little. */
const shownNests = 4;

/**
 * `16 chunks; 32 by 4 > 784, tile 4 x 2`: each of 16 chunks walks 32 rows by fours, and for each of those a sum over 784
 * of 4 x 2 vectors. Nests that follow one another are separated by semicolons, those that look alike shown once.
 */
export function describeSchedule(kernel: Kernel): string {
  const nests = [...new Set(kernel.body.flatMap((statement) => nestsOf(statement, [])))];
  const shown = nests.slice(0, shownNests);
  if (nests.length > shownNests) shown.push(`${nests.length - shownNests} more`);
  return [`${kernel.chunks} ${kernel.chunks === 1 ? 'chunk' : 'chunks'}`, ...shown].join('; ');
}

/** The innermost loops of a statement, each as its way in from the outermost. */
function nestsOf(statement: KernelStatement, outer: readonly string[]): string[] {
  if (statement.kind !== 'loop') return [];
  const path = [...outer, formatLoop(statement)];
  const inner = statement.body.flatMap((child) => nestsOf(child, path));
  return inner.length > 0 ? inner : [path.join(' > ') + formatTile(statement)];
}

function formatLoop({ begin, end, step }: LoopStatement): string {
  const range = begin === 0 ? String(end) : `${begin} to ${end}`;
  return step === 1 ? range : `${range} by ${step}`;
}

/** The sums that grow in a loop: `, tile 4 x 2` where each of 4 scalars meets each of 2 vectors. */
function formatTile({ body }: LoopStatement): string {
  const sums = body.filter(
    (statement) => statement.kind === 'set' && mentions(statement.value, statement.name),
  ) as (KernelStatement & { kind: 'set' })[];
  if (sums.length === 0) return '';
  const scalars = new Set<string>();
  const vectors = new Set<string>();
  const visit = (expr: KernelExpr): void => {
    if (expr.kind === 'splat') scalars.add(JSON.stringify(expr.value));
    else if (expr.kind === 'load' && expr.type.vector) vectors.add(JSON.stringify(expr));
    else for (const operand of operandsOf(expr)) visit(operand);
  };
  for (const statement of body) if (statement.kind === 'let' || statement.kind === 'set') visit(statement.value);
  if (scalars.size * vectors.size === sums.length) return `, tile ${scalars.size} x ${vectors.size}`;
  return `, ${sums.length} ${sums.length === 1 ? 'sum' : 'sums'}`;
}

function mentions(expr: KernelExpr, register: string): boolean {
  if (expr.kind === 'register') return expr.name === register;
  return operandsOf(expr).some((operand) => mentions(operand, register));
}
