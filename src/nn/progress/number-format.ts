// Numbers as Keras prints them: rounded as Python rounds, where JavaScript differs.

/** Enough digits to tell an exact half from a number beside it. */
const manyDigits = 60;

/**
 * `value` with `digits` digits after the point. A number exactly between two goes to the even one, as in Python, while
 * JavaScript's toFixed goes up: 0.28125 becomes 0.2812.
 */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  // toFixed turns to exponents at 1e21, where every number is whole.
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  const exact = Math.abs(value).toFixed(manyDigits);
  return signOf(value) + roundHalfToEven(exact.slice(0, exact.indexOf('.') + 1 + manyDigits), digits);
}

/** `value` with an exponent of at least two digits: 2.5000e-05. */
export function exponential(value: number, digits: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const [exact, power] = Math.abs(value).toExponential(manyDigits).split('e') as [string, string];
  let mantissa = roundHalfToEven(exact, digits);
  let exponent = Number(power);
  if (mantissa.startsWith('10')) {
    mantissa = roundHalfToEven(`1.${'0'.repeat(manyDigits)}`, digits);
    exponent++;
  }
  const sign = exponent < 0 ? '-' : '+';
  return `${signOf(value)}${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function signOf(value: number): string {
  return value < 0 || Object.is(value, -0) ? '-' : '';
}

function nonFinite(value: number): string {
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

/** Rounds the exact decimal `text` (digits, a point, many digits) to `digits` after the point. */
function roundHalfToEven(text: string, digits: number): string {
  const point = text.indexOf('.');
  const kept = BigInt(text.slice(0, point) + text.slice(point + 1, point + 1 + digits));
  const dropped = text.slice(point + 1 + digits);
  const half = `5${'0'.repeat(dropped.length - 1)}`;
  const up = dropped > half || (dropped === half && kept % 2n === 1n);
  const rounded = String(up ? kept + 1n : kept).padStart(digits + 1, '0');
  return digits === 0 ? rounded : `${rounded.slice(0, -digits)}.${rounded.slice(-digits)}`;
}

/** The shortest decimal that reads back as `value`, written as Python writes a float: 2.0, 0.001, 1e-05. */
export function shortest(value: number): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  const [mantissa, power] = Math.abs(value).toExponential().split('e') as [string, string];
  const exponent = Number(power);
  if (value !== 0 && (exponent < -4 || exponent >= 16)) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${signOf(value)}${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  // Below 1e-6 and from 1e21 on String would turn to exponents; neither comes so far.
  const text = String(Math.abs(value));
  return `${signOf(value)}${text}${text.includes('.') ? '' : '.0'}`;
}
