import { describe, expect, test } from 'vitest';
import { networkNames } from 'nacre';
import { helpText, parseOptions, UsageError } from './options.js';

/** The message of the UsageError that the command line gives. */
function complaint(...args: string[]): string {
  try {
    parseOptions(args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error(`expected an error for ${args.join(' ')}`);
}

describe('the options of npm run mnist', () => {
  test('without any, train first and leave the rest open', () => {
    expect(parseOptions([])).toEqual({
      network: 'first',
      epochs: undefined,
      batchSize: undefined,
      samples: undefined,
      backend: undefined,
      threads: undefined,
      seed: undefined,
      verbose: 1,
      json: undefined,
      report: undefined,
    });
  });

  test('are read with the value after a space or after =', () => {
    const args = ['--network', 'cnn-dropout', '--epochs=2', '--batch-size', '16', '--samples', '100', '--backend'];
    expect(
      parseOptions([...args, 'reference', '--threads=3', '--seed', '0', '--verbose', '2', '--json', 'a.json']),
    ).toEqual({
      network: 'cnn-dropout',
      epochs: 2,
      batchSize: 16,
      samples: 100,
      backend: 'reference',
      threads: 3,
      seed: 0,
      verbose: 2,
      json: 'a.json',
    });
  });

  test('say where the report goes, or that there is none', () => {
    expect(parseOptions(['--report', 'here'])).toMatchObject({ report: 'here' });
    expect(parseOptions(['--no-report'])).toMatchObject({ report: false });
    expect(complaint('--report')).toBe('--report: expected a value: --report DIR.');
    expect(complaint('--no-report=yes')).toBe("--no-report: expected no value, received 'yes'.");
    expect(complaint('--no-report', '--report', 'here')).toMatch(/^Expected either --report DIR or --no-report/);
  });

  test('know every network', () => {
    for (const network of networkNames) expect(parseOptions(['--network', network])).toMatchObject({ network });
  });

  test('give the last of several values', () => {
    expect(parseOptions(['--epochs', '1', '--epochs', '2'])).toMatchObject({ epochs: 2 });
  });

  test.each([['--help'], ['-h'], ['--epochs', '2', '--help']])('ask for help: %s %s %s', (...args) => {
    expect(parseOptions(args)).toBe('help');
  });

  test('report an unknown option with the nearest known', () => {
    expect(complaint('--epoch', '3')).toMatch(/^Unknown option --epoch\. Did you mean --epochs\? Known: --network, /);
    expect(complaint('--batchSize=3')).toContain('Did you mean --batch-size?');
    expect(complaint('-x')).toMatch(/^Unknown option -x\. Known: --network/);
  });

  test('report an unknown name with the nearest known', () => {
    expect(complaint('--network', 'two-hiden')).toMatch(
      /'?two-hiden'?\. Did you mean two-hidden\? Known: first, onehot/,
    );
    expect(complaint('--backend', 'wsam')).toContain('Did you mean wasm? Known: native, wasm, reference.');
    expect(complaint('--verbose', '3')).toContain('Known: 0, 1, 2.');
    expect(complaint('--network', 'toString')).toContain('Known: first');
  });

  test.each(['0', '-1', '1.5', 'ten', '1e9x', '99999999999', ' 5'])(
    'report a number of epochs that is none: %s',
    (text) => {
      expect(complaint(`--epochs=${text}`)).toBe(
        `--epochs: expected a whole number from 1 to 2147483647, received '${text}'.`,
      );
    },
  );

  test('report a value that is missing', () => {
    expect(complaint('--epochs')).toBe('--epochs: expected a value: --epochs N.');
    expect(complaint('--epochs', '--seed', '1')).toBe('--epochs: expected a value: --epochs N.');
    expect(complaint('--json=')).toBe('--json: expected a value: --json FILE.');
  });

  test('report what is no option', () => {
    expect(complaint('cnn')).toBe("Expected options such as --epochs 5, received 'cnn'. See --help.");
  });

  test('are all in the help, and all networks with them', () => {
    const help = helpText();
    for (const name of ['network', 'epochs', 'batch-size', 'samples', 'backend', 'threads', 'seed', 'verbose', 'json'])
      expect(help).toMatch(new RegExp(`^  --${name} `, 'm'));
    for (const name of networkNames) expect(help).toMatch(new RegExp(`^  ${name} .*batch \\d+, \\d+ epochs$`, 'm'));
  });
});
