// The command line of `nacre`: its commands, what each takes, how they are read, and the pages that `--help` prints.
import { parseArgs } from 'node:util';
import { utils } from '../api.js';

const commands = {
  doctor: {
    summary: 'what Nacre finds on this machine, and how fast it is',
    description:
      'Shows the backends that work here and which is used, the C compiler, where compiled code is kept, and what each ' +
      'backend reaches in about five seconds.',
    options: {
      json: 'prints all of it as JSON',
      quick: 'measures for a moment only, with small arrays',
    },
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;

interface CommandEntry {
  readonly summary: string;
  readonly description: string;
  readonly options: Readonly<Record<string, string>>;
}

type CommandName = keyof typeof commands;
const commandNames = Object.keys(commands) as readonly CommandName[];

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'help'; readonly command: CommandName | undefined }
  | { readonly kind: 'version' }
  | { readonly kind: 'doctor'; readonly json: boolean; readonly quick: boolean };

/** A command or an option that is not known. */
export class UsageError extends Error {
  override name = 'UsageError';
}

function unknown(what: string, given: string, known: readonly string[]): UsageError {
  const guess = utils.nearestName(given, known);
  const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
  return new UsageError(`Unknown ${what} ${given}.${hint} Known: ${known.join(', ')}.`);
}

/** @throws UsageError for a command or an option that is not known, with the nearest */
export function parseCommandLine(args: readonly string[]): Request {
  const { tokens } = parseArgs({
    args: [...args],
    options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    // What is wrong is said below.
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given: { readonly name: string; readonly spelling: string }[] = [];
  let command: CommandName | undefined;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'option') {
      if (token.value !== undefined)
        throw new UsageError(`${token.rawName}: expected no value, received '${token.value}'.`);
      given.push({ name: token.name, spelling: token.rawName });
    } else if (command !== undefined) {
      throw new UsageError(`nacre ${command}: expected options only, received '${token.value}'.`);
    } else {
      command = commandNames.find((name) => name === token.value);
      if (command === undefined) throw unknown('command', token.value, commandNames);
    }
  }
  const known = [...(command === undefined ? ['version'] : Object.keys(commands[command].options)), 'help'];
  for (const { name, spelling } of given)
    if (!known.includes(name))
      throw unknown(
        command === undefined ? 'option' : `option of nacre ${command}:`,
        spelling,
        known.map((option) => `--${option}`),
      );
  const has = (name: string): boolean => given.some((option) => option.name === name);
  if (has('help')) return { kind: 'help', command };
  if (has('version')) return { kind: 'version' };
  if (command === undefined) return { kind: 'help', command };
  return { kind: command, json: has('json'), quick: has('quick') };
}

/** What `--help` prints, of one command or of all. */
export function helpText(command?: CommandName): string {
  const help = ['--help, -h', 'prints this'] as const;
  if (command === undefined)
    return [
      'Nacre: deep learning in TypeScript.',
      '',
      'nacre <command> [options]',
      '',
      ...columns([
        ...commandNames.map((name) => [name, commands[name].summary] as const),
        ['--version, -v', "prints Nacre's version"],
        help,
      ]),
    ].join('\n');
  const { description, options } = commands[command];
  const rows = Object.entries(options).map(([name, text]) => [`--${name}`, text] as const);
  return [description, '', `nacre ${command} [options]`, '', ...columns([...rows, help])].join('\n');
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
