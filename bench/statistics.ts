// What many measurements come down to.

/** The middle of the values; the mean of the two in the middle of an even number. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const below = sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
  const above = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  return (below + above) / 2;
}

/** The least value that so large a part of the values does not exceed; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? NaN;
}
