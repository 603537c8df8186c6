// Copies an operand of a large contraction into panels: for each tile along one loop, what the tile reads in the order in
// which it reads it. Read in place, a tile would touch a few elements of each row, all of them in the same few sets of
// the caches when rows are a power of two long, and each in another page of memory.
import type { Kernel, KernelExpr, Target } from '../../ir/kernel.js';
import { addIndex, constantIndex, scaleIndex, shiftIndex, toAffine, variableIndex, type Index } from '../affine.js';
import type { Group } from '../fuse.js';
import type { KernelBuilder } from '../kernel-builder.js';
import { buildKernel, chunkVariable, type LowerContext } from './context.js';
import type { Operand, TileLoop } from './contract-plan.js';

/** Element j of the tile that begins at t, at summed position k, lies at t x depth + k x width + j. */
export interface Panels {
  readonly buffer: number;
  /** Elements of a tile. */
  readonly width: number;
  /** Summed positions. */
  readonly depth: number;
  /** How far one step of each summed loop moves. */
  readonly strides: readonly number[];
}

/** What is copied: the operand along `tiled`, over the summed loops from the outermost in. */
export interface Packing {
  readonly operand: Operand;
  readonly which: 'a' | 'b';
  readonly tiled: TileLoop;
  readonly width: number;
  readonly summed: readonly TileLoop[];
}

/** Of usual first-level caches: what one way of its sets holds is a page. */
const lineBytes = 64;
const pageBytes = 4096;
const ways = 8;
/** Less is there in any case. */
const smallBytes = 4096;

/** Copying costs a load and a store an element, which so many uses make up for. */
const fewestUses = 128;
/** What is read without missing memory gains less. */
const manyUses = 1024;

/**
 * Whether to copy an operand to panels: it is used often, a tile reads more of it than the first-level cache holds, and
 * the elements that it reads one after the other lie apart.
 * @param reuse results that an element is used for
 * @param together results that it is used for at once, by those that a vector is used for
 */
export function paysToPack(
  { which, tiled, width, summed }: Pick<Packing, 'which' | 'tiled' | 'width' | 'summed'>,
  reuse: number,
  together: number,
  { level1CacheBytes }: Target,
): boolean {
  const depth = summed.reduce((product, { extent }) => product * extent, 1);
  const step = Math.abs(summed.at(-1)?.[which] ?? 0);
  const isApart = tiled[which] === 1 && step > 2 * width;
  // Elements that lie multiples of a page's fraction apart meet in few sets of that cache.
  const linesTogether = Math.ceil((4 * width) / lineBytes);
  const places = pageBytes / greatestCommonDivisor(pageBytes, 4 * step);
  const isCrowded = depth > places * ways && depth * linesTogether * lineBytes >= smallBytes;
  const uses = reuse / together;
  return (
    isApart &&
    ((depth * linesTogether * lineBytes > level1CacheBytes && uses >= fewestUses) || (isCrowded && uses >= manyUses))
  );
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Pieces of memory from which on reading a page after another costs little more than reading one. */
const pieceBytes = 256;

/** Narrow tiles are copied some at a time, so that more is read of a row before the next one. */
function tilesTogether(tiles: number, width: number): number {
  let together = Math.max(1, Math.floor(pieceBytes / (4 * width)));
  while (tiles % together !== 0 || tiles / together < 8) {
    if (together === 1) break;
    together--;
  }
  return together;
}

/** The kernels that fill panels, and where these lie. */
export function packPanels(
  context: LowerContext,
  group: Group,
  { operand, which, tiled, width, summed }: Packing,
): { readonly kernels: readonly Kernel[]; readonly panels: Panels } {
  const depth = summed.reduce((product, { extent }) => product * extent, 1);
  const tiles = Math.ceil(tiled.extent / width);
  const strides = summed.map((_, i) => summed.slice(i + 1).reduce((product, { extent }) => product * extent, width));
  const panels: Panels = { buffer: context.scratch(tiles * width * depth), width, depth, strides };
  const { lanes } = context.target;

  /** Tiles that are copied side by side, in `copies` of a size. */
  const copyTiles = (builder: KernelBuilder, begin: Index, size: number, tileAt: Index, copies = 1): void => {
    const walk = (depthAt: number, from: Index, to: Index): void => {
      const loop = summed[depthAt];
      if (loop) {
        builder.loop('k', { end: loop.extent }, (variable) => {
          const step = variableIndex(variable);
          walk(
            depthAt + 1,
            addIndex(from, scaleIndex(step, loop[which])),
            addIndex(to, scaleIndex(step, strides[depthAt]!)),
          );
        });
        return;
      }
      for (let copy = 0; copy < copies; copy++)
        for (let first = 0; first < size; first += lanes) {
          const count = Math.min(lanes, size - first);
          const stride = tiled[which];
          const value: KernelExpr = {
            kind: 'load',
            buffer: operand.buffer,
            at: toAffine(shiftIndex(from, (copy * size + first) * stride)),
            stride,
            count,
            type: { lane: 'f32', vector: true },
          };
          const destination = shiftIndex(to, copy * size * depth + first);
          builder.store(panels.buffer, destination, count, builder.let(value, builder.level).expr);
        }
    };
    walk(0, addIndex(scaleIndex(begin, tiled[which]), constantIndex(operand.offset)), tileAt);
  };

  const whole = Math.floor(tiled.extent / width);
  const rest = tiled.extent - whole * width;
  const together = tilesTogether(whole, width);
  const kernels: Kernel[] = [];
  if (whole > 0)
    kernels.push(
      buildKernel(
        context,
        group,
        whole / together,
        (builder) => {
          const begin = scaleIndex(variableIndex(chunkVariable), together * width);
          copyTiles(builder, begin, width, scaleIndex(begin, depth), together);
        },
        { suffix: `_panels_${which}`, share: 1 },
      ),
    );
  if (rest > 0)
    kernels.push(
      buildKernel(
        context,
        group,
        1,
        (builder) => copyTiles(builder, constantIndex(whole * width), rest, constantIndex(whole * width * depth)),
        { suffix: `_panels_${which}_rest`, share: 1 },
      ),
    );
  // They only move: what they are for is counted elsewhere.
  return {
    kernels: kernels.map((kernel, i) => ({ ...kernel, flops: (i === 0 && whole > 0 ? whole * width : rest) * depth })),
    panels,
  };
}
