// The pages that `--help` prints.
import { networks, networkNames } from '../networks.js';
import { commandNames, entryOf, type CommandName } from './commands.js';

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
        ...commandNames.map((name) => [name, entryOf(name).summary] as const),
        ['--version, -v', "prints Nacre's version"],
        help,
      ]),
      '',
      'nacre <command> --help has the options of a command, and examples.',
      'Exit codes: 0 done, 1 failed, 2 not understood, 130 stopped by Ctrl-C.',
    ].join('\n');
  const { description, options, operands, examples } = entryOf(command);
  const rows = Object.entries(options).map(
    ([name, entry]) => [`--${name}${entry.kind === 'switch' ? '' : ` ${entry.value}`}`, entry.help] as const,
  );
  const listing = networkNames.map((name) => {
    const { description: layers, epochs, batchSize } = networks[name];
    return [name, `${layers}; batch ${batchSize}, ${epochs} epochs`] as const;
  });
  return [
    ...wrapped(description),
    '',
    `nacre ${command} [options]${operands === undefined ? '' : ` ${operands.usage}`}`,
    '',
    ...columns([...rows, help]),
    ...('network' in options ? ['', "Networks, with their tutorials' settings:", '', ...columns(listing)] : []),
    '',
    'Examples:',
    '',
    ...columns(examples),
  ].join('\n');
}

function columns(rows: readonly (readonly [left: string, right: string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** Lines of at most 100 characters. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && longer.length <= 100) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
