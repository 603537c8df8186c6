// Walks loops that edges cut (see compiler/edges.ts): the long one segment by segment, the short one over the steps that lie
// inside in the segment at hand.
import type { Edge, Segment } from '../edges.js';
import type { KernelBuilder } from '../kernel-builder.js';
import { constantIndex, shiftIndex, variableIndex, type Index } from '../affine.js';
import type { Span, TileLoop } from './contract-plan.js';

/** One pass of a loop: its steps from `begin` to `end` are in one segment, if it is cut. */
export class CutLoops {
  readonly #at = new Map<Edge, Segment>();

  /** Whether a step of a short loop lies inside here. */
  isInside({ edge }: TileLoop, step: number): boolean {
    const segment = edge && !edge.isLong ? this.#at.get(edge.of) : undefined;
    return !segment || (step >= segment.from && step < segment.to);
  }

  /** A loop, of which only the steps that lie inside are walked. */
  walk(builder: KernelBuilder, prefix: string, loop: TileLoop, body: (at: Index) => void): void {
    const over = (begin: number, end: number): void => {
      if (end > begin)
        builder.loop(prefix, { begin, end, extent: loop.nominal }, (variable) => body(variableIndex(variable)));
    };
    if (this.#overInside(loop, over)) return;
    // What lies inside will only be known further in, for one step at a time.
    for (let step = 0; step < loop.extent; step++) body(constantIndex(step));
  }

  /** The same with `most` steps at a time, as far as there are so many. */
  walkTogether(
    builder: KernelBuilder,
    prefix: string,
    loop: TileLoop,
    most: number,
    body: (steps: readonly Index[]) => void,
  ): void {
    const stepsFrom = (at: Index, count: number): Index[] => Array.from({ length: count }, (_, i) => shiftIndex(at, i));
    const over = (begin: number, end: number): void => {
      const full = end - ((end - begin) % most);
      const range = { begin, end: full, step: most, extent: loop.nominal };
      if (full - begin > most)
        builder.loop(prefix, range, (variable) => body(stepsFrom(variableIndex(variable), most)));
      else if (full > begin) body(stepsFrom(constantIndex(begin), most));
      if (end > full) body(stepsFrom(constantIndex(full), end - full));
    };
    if (!this.#overInside(loop, over)) over(0, loop.extent);
  }

  /** Calls `over` for the steps of a loop that lie inside; false where those will only be known further in. */
  #overInside({ edge, extent }: TileLoop, over: (begin: number, end: number) => void): boolean {
    if (!edge) over(0, extent);
    else if (edge.isLong)
      for (const segment of edge.of.segments) this.#in(edge.of, segment, () => over(segment.begin, segment.end));
    else {
      const segment = this.#at.get(edge.of);
      if (!segment) return false;
      over(segment.from, segment.to);
    }
    return true;
  }

  /** The spans of a tile's rows: in one segment each, or a tile each. */
  spans({ edge, extent }: TileLoop, spansOf: (extent: number) => readonly Span[]): readonly Span[] {
    if (!edge) return spansOf(extent);
    if (edge.isLong)
      return edge.of.segments.flatMap(({ begin, end }) =>
        spansOf(end - begin).map((span) => ({ ...span, begin: begin + span.begin })),
      );
    return spansOf(extent).flatMap(({ begin, size, tile }) =>
      Array.from({ length: size / tile }, (_, i) => ({ begin: begin + i * tile, size: tile, tile })),
    );
  }

  /** Does something for a span of rows. */
  inSpan({ edge }: TileLoop, { begin }: Span, body: () => void): void {
    const segment = edge?.isLong ? edge.of.segments.find((one) => begin >= one.begin && begin < one.end) : undefined;
    if (edge && segment) this.#in(edge.of, segment, body);
    else body();
  }

  #in(edge: Edge, segment: Segment, body: () => void): void {
    this.#at.set(edge, segment);
    body();
    this.#at.delete(edge);
  }
}
