// The options of `npm run mnist`: what each of them takes, how they are read, and the page that `--help` prints.
import { parseArgs } from 'node:util';
import { networkNames, networks, utils, type NetworkName } from 'nacre';

const backends = ['native', 'wasm', 'reference'] as const;
const verbosities = ['0', '1', '2'] as const;

export type BackendName = (typeof backends)[number];

/** What the command was asked for. What is undefined is left to the network, the backend or chance. */
export interface MnistOptions {
  readonly network: NetworkName;
  readonly epochs: number | undefined;
  readonly batchSize: number | undefined;
  readonly samples: number | undefined;
  readonly backend: BackendName | undefined;
  readonly threads: number | undefined;
  readonly seed: number | undefined;
  readonly verbose: 0 | 1 | 2;
  readonly json: string | undefined;
  /** The folder of the report; `false` for none, undefined for one of its own below `runs/`. */
  readonly report: string | false | undefined;
}

/** An option or a value that the command does not know. */
export class UsageError extends Error {
  override name = 'UsageError';
}

interface OptionEntry {
  /** What stands for its value in the help; none for a switch. */
  readonly value?: string;
  readonly help: string;
}

const table = {
  network: { value: 'NAME', help: 'the network to train, first unless given' },
  epochs: { value: 'N', help: 'passes over the training images' },
  'batch-size': { value: 'N', help: 'images in a training step' },
  samples: { value: 'N', help: 'train on the first N training images, and test on at most the first N test images' },
  backend: { value: 'NAME', help: `what computes: ${backends.join(' or ')}` },
  threads: { value: 'N', help: 'threads that share the work' },
  seed: { value: 'N', help: 'repeats a run: initial weights, order of the images, dropout' },
  verbose: { value: '0|1|2', help: 'while training: nothing, a progress bar (unless given), or a line an epoch' },
  json: { value: 'FILE', help: 'also writes settings, results and times to FILE' },
  report: { value: 'DIR', help: 'writes the report to DIR; to runs/<time>-<network> unless given' },
  'no-report': { help: 'writes no report' },
  help: { help: 'prints this' },
} as const satisfies Readonly<Record<string, OptionEntry>>;

type OptionName = keyof typeof table;
const optionNames = Object.keys(table) as readonly OptionName[];
const isOption = (name: string): name is OptionName => Object.hasOwn(table, name);

/** The error for a name that is not among the known ones, with the nearest known one when it is likely a slip. */
function unknown(what: string, given: string, known: readonly string[], dashes = ''): UsageError {
  const guess = utils.nearestName(given, known);
  const hint = guess === undefined ? '' : ` Did you mean ${dashes}${guess}?`;
  const all = known.map((name) => dashes + name).join(', ');
  return new UsageError(`Unknown ${what} ${dashes}${given}.${hint} Known: ${all}.`);
}

/**
 * The options that the command line names, or `help`.
 * @throws UsageError for an option or a value that is not known
 */
export function parseOptions(args: readonly string[]): MnistOptions | 'help' {
  const values = new Map<OptionName, string>();
  const { tokens } = parseArgs({
    args: [...args],
    // Which options take a value is known here; what is wrong with them is said below.
    options: {
      ...Object.fromEntries(
        Object.entries(table).map(([name, entry]) => [
          name,
          { type: 'value' in entry ? 'string' : 'boolean' } as const,
        ]),
      ),
      help: { type: 'boolean', short: 'h' },
    },
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional')
      throw new UsageError(`Expected options such as --epochs 5, received '${token.value}'. See --help.`);
    const { name, rawName, value } = token;
    if (!isOption(name)) {
      if (!rawName.startsWith('--'))
        throw new UsageError(
          `Unknown option ${rawName}. Known: ${optionNames.map((known) => `--${known}`).join(', ')}.`,
        );
      throw unknown('option', name, optionNames, '--');
    }
    if (name === 'help') return 'help';
    if (name === 'no-report') {
      if (value !== undefined) throw new UsageError(`--no-report: expected no value, received '${value}'.`);
      values.set(name, '');
      continue;
    }
    // `--epochs --seed 1` lacks the number of epochs.
    const isMissing = value === undefined || value === '' || (!token.inlineValue && /^--?[a-z]/.test(value));
    if (isMissing) throw new UsageError(`--${name}: expected a value: --${name} ${table[name].value}.`);
    values.set(name, value);
  }
  if (values.has('report') && values.has('no-report'))
    throw new UsageError('Expected either --report DIR or --no-report, received both.');
  return {
    network: oneOf(values, 'network', networkNames) ?? 'first',
    epochs: wholeNumber(values, 'epochs', 1),
    batchSize: wholeNumber(values, 'batch-size', 1),
    samples: wholeNumber(values, 'samples', 1),
    backend: oneOf(values, 'backend', backends),
    threads: wholeNumber(values, 'threads', 1),
    seed: wholeNumber(values, 'seed', 0),
    verbose: Number(oneOf(values, 'verbose', verbosities) ?? 1) as 0 | 1 | 2,
    json: values.get('json'),
    report: values.has('no-report') ? false : values.get('report'),
  };
}

function oneOf<Name extends string>(
  values: ReadonlyMap<OptionName, string>,
  name: OptionName,
  known: readonly Name[],
): Name | undefined {
  const value = values.get(name);
  if (value === undefined) return undefined;
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw unknown(`value of --${name}:`, value, known);
  return found;
}

/** Above it, numbers no longer fit the 32 bits that seeds have. */
const greatest = 2 ** 31 - 1;

function wholeNumber(values: ReadonlyMap<OptionName, string>, name: OptionName, least: number): number | undefined {
  const text = values.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^[0-9]+$/.test(text) || value < least || value > greatest)
    throw new UsageError(`--${name}: expected a whole number from ${least} to ${greatest}, received '${text}'.`);
  return value;
}

/** What `--help` prints. */
export function helpText(): string {
  const rows = optionNames.map((name) => {
    const entry: OptionEntry = table[name];
    return [`--${name}${entry.value === undefined ? '' : ` ${entry.value}`}`, entry.help] as const;
  });
  const listing = networkNames.map((name) => {
    const { description, epochs, batchSize } = networks[name];
    return [name, `${description}; batch ${batchSize}, ${epochs} epochs`] as const;
  });
  return [
    'Trains a network on MNIST, tests it and shows what it makes of one image.',
    '',
    'npm run mnist -- [options]',
    '',
    ...columns(rows),
    '',
    "Networks, with their tutorials' settings:",
    '',
    ...columns(listing),
    '',
    'Ctrl-C stops after the current step; pressed again, it ends at once.',
  ].join('\n');
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
