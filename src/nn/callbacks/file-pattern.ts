// Names of files with places for numbers, as Python formats them: `{epoch:02d}-{val_loss:.2f}`.
import { ValueError } from '../../base/errors.js';
import { exponential, fixed, shortest } from '../progress/number-format.js';

const field = /\{([^{}:]*)(?::([^{}]*))?\}/g;
const specification = /^(0?)(\d*)(?:\.(\d+))?([dfeg%]?)$/;

/**
 * `pattern` with each `{name}` or `{name:format}` replaced by the number of that name. Formats are Python's for numbers:
 * `02d`, `.2f`, `.1e`, `.1%`.
 * @throws ValueError for a name that there is no number for, with those there are, and for other formats
 */
export function formatPattern(pattern: string, values: Readonly<Record<string, number>>, what: string): string {
  return pattern.replace(field, (whole, name: string, format: string | undefined) => {
    if (!Object.hasOwn(values, name))
      throw new ValueError(
        `${what}: '${pattern}' names '${name}', and there is no such number. There is: ${Object.keys(values).join(', ')}.`,
      );
    return formatNumber(values[name]!, format ?? '', `${what}: '${whole}'`, name === 'epoch' || name === 'batch');
  });
}

function formatNumber(value: number, format: string, what: string, isWhole: boolean): string {
  const parsed = specification.exec(format);
  if (!parsed || parsed[4] === 'g')
    throw new ValueError(`${what}: expected a format such as 02d, .2f, .1e or .1%, received '${format}'.`);
  const [, zero, width, precision, kind] = parsed;
  const digits = precision === undefined ? 6 : Number(precision);
  let text: string;
  if (kind === 'd') {
    if (!isWhole) throw new ValueError(`${what}: only epoch and batch are whole numbers; use a format such as .2f.`);
    text = String(value);
  } else if (kind === 'f') text = fixed(value, digits);
  else if (kind === 'e') text = exponential(value, digits);
  else if (kind === '%') text = `${fixed(value * 100, digits)}%`;
  else if (precision === undefined) text = isWhole ? String(value) : shortest(value);
  else throw new ValueError(`${what}: expected a letter after the precision, such as .2f, received '${format}'.`);
  const fill = Number(width);
  if (zero !== '' && text.startsWith('-')) return `-${text.slice(1).padStart(fill - 1, '0')}`;
  return text.padStart(fill, zero !== '' ? '0' : ' ');
}
