// What a kernel reads and writes, told from its statements.
import type { Affine, Kernel, KernelExpr, KernelStatement } from '../ir/kernel.js';

export interface KernelAccess {
  readonly buffer: number;
  readonly at: Affine;
  readonly count: number;
  /** From one element to the next, where that is not 1. */
  readonly stride?: number;
  /** The elements are anywhere. */
  readonly gathered?: boolean;
}

export interface KernelAccesses {
  readonly reads: readonly KernelAccess[];
  readonly writes: readonly KernelAccess[];
}

export function accessesOf(kernel: Pick<Kernel, 'body'>): KernelAccesses {
  const reads: KernelAccess[] = [];
  const writes: KernelAccess[] = [];
  const visitExpr = (expr: KernelExpr): void => {
    switch (expr.kind) {
      case 'load':
        reads.push(expr);
        return;
      case 'gather':
        reads.push({ buffer: expr.buffer, at: expr.at, count: expr.count, gathered: true });
        return visitExpr(expr.index);
      case 'splat':
      case 'unary':
      case 'shift':
      case 'horizontal':
      case 'lane':
        return visitExpr(expr.value);
      case 'binary':
        visitExpr(expr.a);
        return visitExpr(expr.b);
      case 'select':
        visitExpr(expr.mask);
        visitExpr(expr.a);
        return visitExpr(expr.b);
      case 'number':
      case 'register':
      case 'position':
        return;
      case 'laneNumbers':
        return;
    }
  };
  const visit = (statement: KernelStatement): void => {
    switch (statement.kind) {
      case 'loop':
        statement.body.forEach(visit);
        return;
      case 'let':
      case 'set':
        return visitExpr(statement.value);
      case 'store':
        writes.push(statement);
        return visitExpr(statement.value);
      case 'prefetch':
        return;
    }
  };
  kernel.body.forEach(visit);
  return { reads, writes };
}
