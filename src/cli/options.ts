// Reads the command line of `nacre` by the table of its commands.
import { parseArgs } from 'node:util';
import { utils } from '../api.js';
import { commandNames, commands, entryOf, type CommandName, type Commands, type OptionEntry } from './commands.js';

type ValueOf<Entry> = Entry extends { readonly kind: 'switch' }
  ? boolean
  : Entry extends { readonly kind: 'name'; readonly names: readonly (infer Name)[] }
    ? Name | undefined
    : Entry extends { readonly kind: 'whole' | 'part' }
      ? number | undefined
      : string | undefined;

/** The values of a command's options; switches are false and all else is undefined unless given. */
export type OptionsOf<Name extends CommandName> = {
  readonly [Option in keyof Commands[Name]['options']]: ValueOf<Commands[Name]['options'][Option]>;
};

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'help'; readonly command: CommandName | undefined }
  | { readonly kind: 'version' }
  | {
      readonly [Name in CommandName]: {
        readonly kind: Name;
        readonly options: OptionsOf<Name>;
        readonly operands: readonly string[];
      };
    }[CommandName];

/** A command line that is not understood. */
export class UsageError extends Error {
  override name = 'UsageError';
  /** The command whose help has more; undefined for all of them. */
  readonly command: CommandName | undefined;

  constructor(message: string, command?: CommandName) {
    super(message);
    this.command = command;
  }
}

function unknown(what: string, given: string, known: readonly string[], command?: CommandName): UsageError {
  const guess = utils.nearestName(given, known);
  const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
  return new UsageError(`Unknown ${what} ${given}.${hint} Known: ${known.join(', ')}.`, command);
}

const helpOptions = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } } as const;

/** @throws UsageError for what is not known, with the nearest that is, and for what is missing or too much */
export function parseCommandLine(args: readonly string[]): Request {
  const { tokens } = parseArgs({
    args: [...args],
    // Which options take a value: an option of one name takes the same in all commands. What is wrong is said below.
    options: {
      ...Object.fromEntries(
        commandNames.flatMap((name) =>
          Object.entries(entryOf(name).options).map(([option, { kind }]) => [
            option,
            { type: kind === 'switch' ? ('boolean' as const) : ('string' as const) },
          ]),
        ),
      ),
      ...helpOptions,
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const operands = tokens.filter((token) => token.kind === 'positional').map(({ value }) => value);
  const given = tokens.filter((token) => token.kind === 'option');
  const first = operands.shift();
  const command = commandNames.find((name) => name === first);
  if (first !== undefined && command === undefined) throw unknown('command', first, commandNames);

  const known = [...(command === undefined ? ['version'] : Object.keys(commands[command].options)), 'help'];
  for (const { name, rawName, value } of given) {
    if (!known.includes(name)) {
      const what = command === undefined ? 'option' : `option of nacre ${command}:`;
      throw unknown(what, rawName, known.map((option) => `--${option}`), command); // prettier-ignore
    }
    const isSwitch = Object.hasOwn(helpOptions, name) || entryOf(command!).options[name]?.kind === 'switch';
    if (isSwitch && value !== undefined)
      throw new UsageError(`${rawName}: expected no value, received '${value}'.`, command);
  }
  const has = (name: string): boolean => given.some((option) => option.name === name);
  if (has('help')) return { kind: 'help', command };
  if (has('version')) return { kind: 'version' };
  if (command === undefined) return { kind: 'help', command };

  const options: Record<string, string | number | boolean | undefined> = {};
  for (const [name, entry] of Object.entries(entryOf(command).options)) {
    // The last of several counts.
    const last = given.findLast((option) => option.name === name);
    options[name] = entry.kind === 'switch' ? last !== undefined : last && valueOf(command, name, entry, last);
  }
  checkOperands(command, operands);
  // The table has said which options there are, and of which kind.
  return { kind: command, options, operands } as unknown as Request;
}

function checkOperands(command: CommandName, operands: readonly string[]): void {
  const { operands: entry } = entryOf(command);
  if (entry === undefined) {
    if (operands.length > 0)
      throw new UsageError(`nacre ${command}: expected options only, received '${operands[0]!}'.`, command);
    return;
  }
  if (operands.length < entry.least)
    throw new UsageError(
      `nacre ${command}: expected ${entry.usage}, received ${operands.length === 0 ? 'nothing' : `'${operands.join(' ')}'`}.`,
      command,
    );
  if (operands.length > entry.most)
    throw new UsageError(
      `nacre ${command}: expected ${entry.most === 1 ? 'one ' : ''}${entry.usage}, received '${operands.join(' ')}'.`,
      command,
    );
  const names = entry.completes;
  if (names === 'images' || names === 'models') return;
  for (const operand of operands) if (!names.includes(operand)) throw unknown(`shell`, operand, names, command);
}

interface OptionToken {
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** Above it, numbers no longer fit the 32 bits that seeds have. */
const greatest = 2 ** 31 - 1;

function valueOf(
  command: CommandName,
  name: string,
  entry: Exclude<OptionEntry, { readonly kind: 'switch' }>,
  { value, inlineValue }: OptionToken,
): string | number {
  // `--epochs --seed 1` lacks the number of epochs.
  if (value === undefined || value === '' || (inlineValue !== true && /^--?[a-z]/.test(value)))
    throw new UsageError(`--${name}: expected a value: --${name} ${entry.value}.`, command);
  switch (entry.kind) {
    case 'text':
      return value;
    case 'name':
      if (!entry.names.includes(value)) throw unknown(`value of --${name}:`, value, entry.names, command);
      return value;
    case 'whole': {
      const number = Number(value);
      if (!/^[0-9]+$/.test(value) || number < entry.least || number > greatest)
        throw new UsageError(
          `--${name}: expected a whole number from ${entry.least} to ${greatest}, received '${value}'.`,
          command,
        );
      return number;
    }
    case 'part': {
      const number = Number(value);
      if (!/^[0-9]*\.?[0-9]+$/.test(value) || number >= 1)
        throw new UsageError(
          `--${name}: expected a part such as 0.2, from 0 to below 1, received '${value}'.`,
          command,
        );
      return number;
    }
  }
}
