import { describe, expect, test } from 'vitest';
import { helpText, parseCommandLine, UsageError } from './options.js';

/** The message of the UsageError that the command line gives. */
function complaint(...args: string[]): string {
  try {
    parseCommandLine(args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error(`expected an error for ${args.join(' ')}`);
}

describe('the command line of nacre', () => {
  test.each([
    [[], { kind: 'help', command: undefined }],
    [['--help'], { kind: 'help', command: undefined }],
    [['-h'], { kind: 'help', command: undefined }],
    [['--version'], { kind: 'version' }],
    [['-v'], { kind: 'version' }],
    [['doctor'], { kind: 'doctor', json: false, quick: false }],
    [['doctor', '--json'], { kind: 'doctor', json: true, quick: false }],
    [['--quick', 'doctor', '--json'], { kind: 'doctor', json: true, quick: true }],
    [['doctor', '--quick', '--help'], { kind: 'help', command: 'doctor' }],
    [['--', 'doctor'], { kind: 'doctor', json: false, quick: false }],
  ])('%j', (args, request) => {
    expect(parseCommandLine(args)).toEqual(request);
  });

  test('reports what is unknown, with the nearest known', () => {
    expect(complaint('docter')).toBe('Unknown command docter. Did you mean doctor? Known: doctor.');
    expect(complaint('train')).toBe('Unknown command train. Known: doctor.');
    expect(complaint('--versoin')).toBe('Unknown option --versoin. Did you mean --version? Known: --version, --help.');
    expect(complaint('doctor', '--jsn')).toBe(
      'Unknown option of nacre doctor: --jsn. Did you mean --json? Known: --json, --quick, --help.',
    );
    expect(complaint('doctor', '-q')).toMatch(/^Unknown option of nacre doctor: -q\./);
    expect(complaint('doctor', '--version')).toMatch(/^Unknown option of nacre doctor: --version\./);
    expect(complaint('--json')).toMatch(/^Unknown option --json\./);
    expect(complaint('doctor', '--toString')).toMatch(/^Unknown option of nacre doctor: --toString\./);
    expect(complaint('toString')).toBe('Unknown command toString. Known: doctor.');
  });

  test('reports what is too much', () => {
    expect(complaint('doctor', 'twice')).toBe("nacre doctor: expected options only, received 'twice'.");
    expect(complaint('doctor', '--json=yes')).toBe("--json: expected no value, received 'yes'.");
  });

  test('is all in the help', () => {
    expect(helpText()).toMatch(/^ {2}doctor +what .*\n {2}--version, -v +.*\n {2}--help, -h +/m);
    expect(helpText('doctor')).toMatch(/^nacre doctor \[options\]$/m);
    expect(helpText('doctor')).toMatch(/^ {2}--json +.*\n {2}--quick +.*\n {2}--help, -h +/m);
  });
});
