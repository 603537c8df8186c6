import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { networkNames } from '../networks.js';
import { commandNames, entryOf } from './commands.js';
import { helpText } from './help.js';
import { parseCommandLine, UsageError } from './options.js';

/** The UsageError that the command line gives. */
function refusal(...args: string[]): UsageError {
  try {
    parseCommandLine(args);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`expected an error for ${args.join(' ')}`);
}
const complaint = (...args: string[]): string => refusal(...args).message;

const all = 'Known: train, evaluate, predict, report, summary, convert, doctor, completion.';

describe('the command line of nacre', () => {
  test.each([
    [[], { kind: 'help', command: undefined }],
    [['--help'], { kind: 'help', command: undefined }],
    [['-h'], { kind: 'help', command: undefined }],
    [['--version'], { kind: 'version' }],
    [['-v'], { kind: 'version' }],
    [['doctor'], { kind: 'doctor', options: { json: false, quick: false }, operands: [] }],
    [['doctor', '--json'], { kind: 'doctor', options: { json: true, quick: false }, operands: [] }],
    [['--quick', 'doctor', '--json'], { kind: 'doctor', options: { json: true, quick: true }, operands: [] }],
    [['doctor', '--quick', '--help'], { kind: 'help', command: 'doctor' }],
    [['predict', '--help'], { kind: 'help', command: 'predict' }],
    [['--', 'doctor'], { kind: 'doctor', options: { json: false, quick: false }, operands: [] }],
    [['completion', 'bash'], { kind: 'completion', options: { json: false }, operands: ['bash'] }],
  ])('%j', (args, request) => {
    expect(parseCommandLine(args)).toEqual(request);
  });

  test('gives values their types, after a space or after =, the last of several', () => {
    const line =
      '--network cnn --epochs=2 --batch-size 16 --validation-split .25 --seed 0 --epochs 3 --verbose 2 --json';
    expect(parseCommandLine(['train', ...line.split(' ')])).toEqual({
      kind: 'train',
      operands: [],
      options: {
        network: 'cnn',
        model: undefined,
        data: undefined,
        output: undefined,
        epochs: 3,
        'batch-size': 16,
        samples: undefined,
        'validation-split': 0.25,
        'image-size': undefined,
        'color-mode': undefined,
        backend: undefined,
        threads: undefined,
        seed: 0,
        verbose: '2',
        json: true,
      },
    });
  });

  test('takes operands among options, and what follows -- as they are', () => {
    expect(parseCommandLine(['predict', 'a.png', '--model', 'm.safetensors', 'b.png', '--', '-c.png'])).toMatchObject({
      kind: 'predict',
      options: { model: 'm.safetensors' },
      operands: ['a.png', 'b.png', '-c.png'],
    });
  });

  test('reports what is unknown, with the nearest known', () => {
    expect(complaint('docter')).toBe(`Unknown command docter. Did you mean doctor? ${all}`);
    expect(complaint('toString')).toBe(`Unknown command toString. ${all}`);
    expect(complaint('trian', '--epochs', '3')).toContain('Did you mean train?');
    expect(complaint('--versoin')).toBe('Unknown option --versoin. Did you mean --version? Known: --version, --help.');
    expect(complaint('doctor', '--jsn')).toBe(
      'Unknown option of nacre doctor: --jsn. Did you mean --json? Known: --json, --quick, --help.',
    );
    expect(complaint('doctor', '-q')).toMatch(/^Unknown option of nacre doctor: -q\./);
    expect(complaint('doctor', '--version')).toMatch(/^Unknown option of nacre doctor: --version\./);
    expect(complaint('--json')).toMatch(/^Unknown option --json\./);
    expect(complaint('doctor', '--toString')).toMatch(/^Unknown option of nacre doctor: --toString\./);
    expect(complaint('train', '--epoch', '3')).toContain('Did you mean --epochs?');
    expect(complaint('train', '--batchSize=3')).toContain('Did you mean --batch-size?');
    expect(complaint('predict', '--epochs', '3')).toMatch(/^Unknown option of nacre predict: --epochs\./);
    expect(complaint('train', '--network', 'two-hiden')).toMatch(/two-hiden\. Did you mean two-hidden\? Known: first,/);
    expect(complaint('evaluate', '--backend', 'wsam')).toContain('Did you mean wasm? Known: native, wasm, reference.');
    expect(complaint('completion', 'bsh')).toBe('Unknown shell bsh. Did you mean bash? Known: bash, zsh, fish.');
  });

  test.each(['0', '-1', '1.5', 'ten', '1e9x', '99999999999', ' 5'])('refuses %j epochs', (text) => {
    expect(complaint('train', `--epochs=${text}`)).toBe(
      `--epochs: expected a whole number from 1 to 2147483647, received '${text}'.`,
    );
  });

  test.each(['1', '-0.1', '20%', '1.', ''])('refuses a part of %j', (text) => {
    expect(complaint('train', `--validation-split=${text}`)).toMatch(/^--validation-split: expected a /);
  });

  test('reports a value that is missing, and one that is too much', () => {
    expect(complaint('train', '--epochs')).toBe('--epochs: expected a value: --epochs N.');
    expect(complaint('train', '--epochs', '--seed', '1')).toBe('--epochs: expected a value: --epochs N.');
    expect(complaint('train', '--output=')).toBe('--output: expected a value: --output FILE.');
    expect(complaint('doctor', '--json=yes')).toBe("--json: expected no value, received 'yes'.");
    expect(complaint('--help=me')).toBe("--help: expected no value, received 'me'.");
  });

  test('reports operands that are too many or too few', () => {
    expect(complaint('doctor', 'twice')).toBe("nacre doctor: expected options only, received 'twice'.");
    expect(complaint('train', 'cnn')).toBe("nacre train: expected options only, received 'cnn'.");
    expect(complaint('predict', '--model', 'm')).toBe('nacre predict: expected IMAGE..., received nothing.');
    expect(complaint('completion')).toBe('nacre completion: expected bash|zsh|fish, received nothing.');
    expect(complaint('completion', 'zsh', 'fish')).toBe(
      "nacre completion: expected one bash|zsh|fish, received 'zsh fish'.",
    );
  });

  test('tells which help has more', () => {
    expect(refusal('traim').command).toBeUndefined();
    expect(refusal('train', '--epochs', '0').command).toBe('train');
    expect(refusal('predict').command).toBe('predict');
  });
});

test.each(['README.md', 'docs/cli.md'])('the lines of %s are understood', (page) => {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  const lines = [...text.matchAll(/^(?:\$ nacre|npx nacre) (.+)$/gm)].map(([, words]) => words!);
  expect(lines.length).toBeGreaterThan(2);
  for (const line of lines) {
    // The page shows what is said of one that is not.
    if (line === 'train --network cn') expect(complaint(...line.split(' '))).toContain('Did you mean cnn?');
    else expect(parseCommandLine(line.split(' ')).kind).not.toBe('help');
  }
});

describe('the help', () => {
  test('has all commands', () => {
    for (const name of commandNames) expect(helpText()).toContain(`  ${name} `);
    expect(helpText()).toMatch(/^ {2}--version, -v +.*\n {2}--help, -h +/m);
    expect(helpText()).toContain('Exit codes: 0 done, 1 failed, 2 not understood, 130 stopped by Ctrl-C.');
  });

  test.each(commandNames)('of %s has its options, and examples that are understood', (name) => {
    const text = helpText(name);
    const { options, examples } = entryOf(name);
    for (const option of Object.keys(options)) expect(text).toMatch(new RegExp(`^  --${option} `, 'm'));
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(140);
    expect(options).toHaveProperty('json');
    expect(examples.length).toBeGreaterThan(0);
    for (const [line] of examples) {
      expect(text).toContain(`  ${line}  `);
      const words = /nacre ([^>")]*)/.exec(line)![1]!.trim().split(' ');
      expect(parseCommandLine(words)).toHaveProperty('kind', name);
    }
  });

  test('lists the networks where one is chosen', () => {
    for (const name of networkNames)
      expect(helpText('train')).toMatch(new RegExp(`^  ${name} .*batch \\d+, \\d+ epochs$`, 'm'));
    expect(helpText('predict')).not.toContain('Networks');
  });
});
