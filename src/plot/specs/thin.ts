// Leaves out points of a line that no screen could show.

/** The positions of the points to keep, in order. */
export type Kept = readonly number[];

/**
 * Of a line over even steps, at most about `most` positions: in each stretch the first, the last, the least and the
 * greatest value, so that no peak is lost. Values that are not finite are kept as gaps.
 */
export function thinSeries(values: ArrayLike<number>, most = 1000): Kept {
  if (values.length <= most) return Array.from({ length: values.length }, (_, index) => index);
  const stretch = Math.ceil((4 * values.length) / most);
  const kept: number[] = [];
  for (let start = 0; start < values.length; start += stretch) {
    const end = Math.min(start + stretch, values.length) - 1;
    const chosen = new Set([start, end]);
    let least = start;
    let greatest = start;
    for (let i = start; i <= end; i++) {
      if (!Number.isFinite(values[i]!)) {
        // One gap a stretch shows as well as many.
        chosen.add(i);
        break;
      }
      if (values[i]! < values[least]!) least = i;
      if (values[i]! > values[greatest]!) greatest = i;
    }
    chosen.add(least).add(greatest);
    kept.push(...[...chosen].sort((a, b) => a - b));
  }
  return kept;
}

/**
 * Of a curve whose coordinates lie within [0, 1], the positions of the ends and of each point that is `step` or more
 * away from the one kept before it in either direction, together with the point just before it, so that corners stay.
 */
export function thinCurve(x: ArrayLike<number>, y: ArrayLike<number>, step = 1 / 300): Kept {
  const kept: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const last = kept.at(-1);
    const isFar = last === undefined || Math.abs(x[i]! - x[last]!) >= step || Math.abs(y[i]! - y[last]!) >= step;
    if (!isFar && i !== x.length - 1) continue;
    if (last !== undefined && isFar && i - 1 > last) kept.push(i - 1);
    kept.push(i);
  }
  return kept;
}
