// How hints write numbers and name things.

/** A number with at most four digits that count: 2.303, 0.00001, 123400, 1.234e+9. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(4));
  const size = Math.abs(rounded);
  return (size >= 1e-6 && size < 1e6) || size === 0 ? decimal(rounded) : rounded.toExponential();
}

/** Without an exponent where JavaScript would write one for small numbers. */
function decimal(value: number): string {
  const text = String(value);
  return text.includes('e-') ? value.toFixed(10).replace(/0+$/, '') : text;
}

/** `3 epochs`, `1 epoch`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What to write for a learning rate multiplied by `factor`: `, 0.001 instead of 0.01,` or nothing where it is not a number. */
export function insteadOf(rate: number | undefined, factor: number): string {
  return rate === undefined ? '' : ` (${shown(rate * factor)} instead of ${shown(rate)})`;
}
