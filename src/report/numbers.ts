// Numbers as a report shows them.

/** 12,345 */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A measure in four decimals, or four digits where it is very small or large; a dash where there is none. */
export function measure(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(3).replace('-', '−');
  return value.toFixed(4).replace('-', '−');
}

/** 97.6% */
export function percent(share: number | undefined): string {
  return share === undefined || Number.isNaN(share) ? '–' : `${(100 * share).toFixed(1)}%`;
}

/** 850 ms, 12.3 s, 2 min 5 s */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${count(minutes)} min ${Math.round(seconds - 60 * minutes)} s`;
}
