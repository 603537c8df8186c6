// Walks the tiles of a contraction's result, along its rows and along its vectors.
import { scalarI32, type KernelExpr, type VariableName } from '../../ir/kernel.js';
import { variableIndex, zeroIndex, type Index } from '../affine.js';
import type { KernelBuilder } from '../kernel-builder.js';
import { chunkVariable } from './context.js';
import type { Span, TileLoop } from './contract-plan.js';

/** A tile's place in the result, and its size. */
export interface Tile {
  readonly others: readonly Index[];
  readonly vectorAt: Index;
  readonly rowAt: Index;
  readonly rows: number;
  /** The first row of the span that it is of, which is its own where rows are a short loop's. */
  readonly firstRow: number;
  /** Elements along the vector loop. */
  readonly width: number;
}

/** The numbers of a chunk's tile along the vectors and along the rows, which change faster. */
export function tileNumbers(
  builder: KernelBuilder,
  rowTiles: number,
  vectorTiles: number,
): { readonly vectors: VariableName; readonly rows: VariableName } {
  const chunk: KernelExpr = {
    kind: 'position',
    at: { offset: 0, terms: [{ variable: chunkVariable, coefficient: 1 }] },
    type: scalarI32,
  };
  const tiles: KernelExpr = { kind: 'number', value: rowTiles, type: scalarI32 };
  const vectors = builder.integer({ kind: 'binary', op: 'intDiv', a: chunk, b: tiles, type: scalarI32 }, vectorTiles);
  const terms = [
    { variable: chunkVariable, coefficient: 1 },
    { variable: vectors, coefficient: -rowTiles },
  ];
  const rows = builder.integer({ kind: 'position', at: { offset: 0, terms }, type: scalarI32 }, rowTiles);
  return { vectors, rows };
}

/** Walks a span tile by tile, or takes the tile whose number a variable holds. */
export function overSpan(
  builder: KernelBuilder,
  prefix: string,
  span: Span,
  loop: TileLoop,
  tileNumber: VariableName | undefined,
  body: (at: Index) => void,
): void {
  if (tileNumber !== undefined) {
    builder.extents.set(tileNumber, Math.ceil(loop.nominal / span.tile));
    return body({ offset: span.begin, terms: new Map([[tileNumber, span.tile]]), lane: 0 });
  }
  if (span.size === 1 && loop.extent === 1) return body(zeroIndex);
  const end = span.begin + span.size;
  builder.loop(prefix, { begin: span.begin, end, step: span.tile, extent: loop.nominal }, (variable) =>
    body(variableIndex(variable)),
  );
}
