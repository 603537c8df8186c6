// Histograms as TensorFlow's summaries have them: between the smallest and the largest value, in buckets of equal width.

/** What TensorFlow takes. */
const defaultBucketCount = 30;

/** Rows of [left edge, right edge, count], one after the other. */
export interface Histogram {
  readonly bucketCount: number;
  readonly rows: Float64Array;
}

/**
 * Counts `values` in buckets of equal width. Values that are all the same are in the last bucket, and all edges are that
 * value. NaN and infinities, which have no place between edges, are not counted; without any value, all is 0.
 */
export function histogram(values: ArrayLike<number>, bucketCount = defaultBucketCount): Histogram {
  const rows = new Float64Array(3 * bucketCount);
  let [low, high, count] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    count++;
  }
  if (count === 0) return { bucketCount, rows };
  const width = (high - low) / bucketCount;
  for (let i = 0; i < bucketCount; i++) {
    rows[3 * i] = low + i * width;
    rows[3 * i + 1] = i === bucketCount - 1 ? high : low + (i + 1) * width;
  }
  if (high === low) {
    rows[3 * bucketCount - 1] = count;
    return { bucketCount, rows };
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    // The largest value belongs to the last bucket, not to one behind it.
    rows[3 * Math.min(Math.floor((value - low) / width), bucketCount - 1) + 2]!++;
  }
  return { bucketCount, rows };
}
