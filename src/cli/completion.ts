// Scripts that let shells complete `nacre`, made from the table of the commands.
import { commandNames, entryOf, type OptionEntry } from './commands.js';

export type Shell = 'bash' | 'zsh' | 'fish';

/** What a shell offers for the value of an option or for an operand: words, or files of some endings (folders always). */
type Offer =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files'; readonly endings: readonly string[]; readonly words: readonly string[] }
  | { readonly kind: 'anything' };

const files = {
  models: { kind: 'files', endings: ['safetensors', 'keras', 'h5', 'onnx', 'json', 'npz'], words: [] },
  images: { kind: 'files', endings: ['png', 'jpg', 'jpeg', 'PNG', 'JPG', 'JPEG'], words: [] },
  data: { kind: 'files', endings: [], words: ['mnist'] },
} as const satisfies Readonly<Record<string, Offer>>;

function offerOf(entry: OptionEntry): Offer | undefined {
  switch (entry.kind) {
    case 'switch':
      return undefined;
    case 'name':
      return { kind: 'words', words: entry.names };
    case 'text':
      return entry.completes === undefined ? { kind: 'anything' } : files[entry.completes];
    case 'whole':
    case 'part':
      return { kind: 'anything' };
  }
}

interface CompletedOption {
  readonly name: string;
  readonly help: string;
  /** None for a switch. */
  readonly offer: Offer | undefined;
}

interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  readonly operands: Offer;
}

function completed(): CompletedCommand[] {
  return commandNames.map((name) => {
    const { summary, options, operands } = entryOf(name);
    const offered = operands?.completes;
    return {
      name,
      summary,
      options: [
        ...Object.entries(options).map(([option, entry]) => ({
          name: option,
          help: entry.help,
          offer: offerOf(entry),
        })),
        { name: 'help', help: 'prints the help', offer: undefined },
      ],
      operands:
        offered === undefined
          ? { kind: 'words', words: [] }
          : offered === 'images' || offered === 'models'
            ? files[offered]
            : { kind: 'words', words: offered },
    };
  });
}

/** The script for a shell to read. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell](completed());
}

/** A line of bash that fills COMPREPLY for what begins with $cur. */
function bashOffer(offer: Offer): string {
  if (offer.kind === 'anything') return 'COMPREPLY=()';
  const words = `_nacre_words ${offer.words.map((word) => `'${word}'`).join(' ')}`.trimEnd();
  if (offer.kind === 'words') return words;
  const pattern = offer.endings.length === 0 ? '' : ` '@(${offer.endings.map((ending) => `*.${ending}`).join('|')})'`;
  return offer.words.length === 0 ? `_nacre_files${pattern}` : `${words}; _nacre_files${pattern}`;
}

function bash(commands: readonly CompletedCommand[]): string {
  // An option of one name takes the same values in all commands, but not everywhere is every option known.
  const cases = commands.map(({ name, options, operands }) => {
    const values = options.flatMap(({ name: option, offer }) =>
      offer === undefined ? [] : [`          --${option}) ${bashOffer(offer)}; return ;;`],
    );
    return [
      `      ${name})`,
      ...(values.length === 0 ? [] : ['        case "$prev" in', ...values, '        esac']),
      `        if [[ "$cur" == -* ]]; then _nacre_words ${options.map(({ name: option }) => `--${option}`).join(' ')}`,
      `        else ${bashOffer(operands)}; fi ;;`,
    ].join('\n');
  });
  return `# Completion of nacre in bash: eval "$(nacre completion bash)"
_nacre_words() {
  local word
  for word in "$@"; do
    if [[ "$word" == "$cur"* ]]; then COMPREPLY+=("$word"); fi
  done
}
_nacre_files() {
  local file IFS=$'\\n' extglob_was
  shopt -q extglob && extglob_was=1
  shopt -s extglob
  for file in $(compgen -f -- "$cur"); do
    if [[ -d "$file" || -z "\${1-}" || "$file" == $1 ]]; then COMPREPLY+=("$file"); fi
  done
  if [[ -z "\${extglob_was-}" ]]; then shopt -u extglob; fi
  if type compopt >/dev/null 2>&1; then compopt -o filenames 2>/dev/null || true; fi
  return 0
}
_nacre() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="" command="" index
  COMPREPLY=()
  if (( COMP_CWORD > 0 )); then prev="\${COMP_WORDS[COMP_CWORD-1]}"; fi
  # bash breaks --option=value into three words.
  if [[ "$cur" == "=" ]]; then cur=""
  elif [[ "$prev" == "=" ]] && (( COMP_CWORD > 1 )); then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for (( index = 1; index < COMP_CWORD; index++ )); do
    if [[ "\${COMP_WORDS[index]}" != -* ]]; then command="\${COMP_WORDS[index]}"; break; fi
  done
  case "$command" in
      "")
        if [[ "$cur" == -* ]]; then _nacre_words --help --version
        else _nacre_words ${commands.map(({ name }) => name).join(' ')}; fi ;;
${cases.join('\n')}
  esac
}
complete -F _nacre nacre`;
}

/** Within single quotes, as zsh and fish take them. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function zsh(commands: readonly CompletedCommand[]): string {
  // In _arguments, colons and brackets part what is given.
  const plain = (text: string): string => text.replace(/[:[\]]/g, ' ').replace(/ {2,}/g, ' ');
  const action = (offer: Offer): string => {
    if (offer.kind === 'anything') return ' ';
    if (offer.kind === 'words') return `(${offer.words.join(' ')})`;
    const glob = offer.endings.length === 0 ? '' : ` -g "*.(${offer.endings.join('|')})(-.)"`;
    return offer.words.length === 0 ? `_files${glob}` : `{ compadd ${offer.words.join(' ')}; _files -/ }`;
  };
  const cases = commands.map(({ name, options, operands }) =>
    [
      `        ${name})`,
      '          _arguments \\',
      ...options.map(({ name: option, help, offer }) => {
        const value = offer === undefined ? '' : `:${option}:${action(offer)}`;
        return `            ${quoted(`--${option}${offer === undefined ? '' : '='}[${plain(help)}]${value}`)} \\`;
      }),
      `            ${operands.kind === 'words' && operands.words.length === 0 ? '&& return' : `${quoted(`*:${name}:${action(operands)}`)} && return`}`,
      '          ;;',
    ].join('\n'),
  );
  return `#compdef nacre
# Completion of nacre in zsh: eval "$(nacre completion zsh)", after compinit
_nacre() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '--help[prints the help]' '--version[prints the version]' '1:command:->command' '*::argument:->argument' && return
  case "$state" in
    command)
      local -a commands
      commands=(${commands.map(({ name, summary }) => quoted(`${name}:${plain(summary)}`)).join(' ')})
      _describe command commands
      ;;
    argument)
      case "$words[1]" in
${cases.join('\n')}
      esac
      ;;
  esac
}
compdef _nacre nacre`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const none = `not __fish_seen_subcommand_from ${names}`;
  const line = (condition: string, rest: string): string => `complete -c nacre -n ${quoted(condition)} ${rest}`;
  const offered = (offer: Offer): string => {
    if (offer.kind === 'anything') return '-x';
    if (offer.kind === 'words') return `-x -a ${quoted(offer.words.join(' '))}`;
    const suffixes = offer.endings.map((ending) => `(__fish_complete_suffix .${ending})`);
    const folders = offer.endings.length === 0 ? ['(__fish_complete_directories)'] : suffixes;
    return `-x -a ${quoted([...offer.words, ...folders].join(' '))}`;
  };
  return [
    '# Completion of nacre in fish: nacre completion fish > ~/.config/fish/completions/nacre.fish',
    'complete -c nacre -f',
    line(none, `-l help -s h -d 'prints the help'`),
    line(none, `-l version -s v -d 'prints the version'`),
    ...commands.map(({ name, summary }) => line(none, `-a ${name} -d ${quoted(summary)}`)),
    ...commands.flatMap(({ name, options, operands }) => {
      const seen = `__fish_seen_subcommand_from ${name}`;
      const hasOperands = operands.kind !== 'words' || operands.words.length > 0;
      return [
        ...options.map(({ name: option, help, offer }) =>
          line(seen, `-l ${option}${offer === undefined ? '' : ` ${offered(offer)}`} -d ${quoted(help)}`),
        ),
        ...(hasOperands ? [line(seen, offered(operands))] : []),
      ];
    }),
  ].join('\n');
}
