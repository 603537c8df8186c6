// Reads the scripts in real shells, where there are some, and asks them what they would offer.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { networkNames } from '../networks.js';
import { commandNames } from './commands.js';
import { completionScript, type Shell } from './completion.js';

const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-completion-'));
  for (const shell of ['bash', 'zsh', 'fish'] as const) await writeFile(join(folder, shell), completionScript(shell));
  await mkdir(join(folder, 'files', 'my photos'), { recursive: true });
  for (const name of ['a.png', 'b c.JPG', 'm.safetensors', 'notes.txt'])
    await writeFile(join(folder, 'files', name), '');
});
afterAll(() => rm(folder, { recursive: true }));

const has = async (shell: Shell): Promise<boolean> =>
  run(shell, ['-c', 'exit 0']).then(
    () => true,
    () => false,
  );
const [hasBash, hasZsh, hasFish] = await Promise.all([has('bash'), has('zsh'), has('fish')]);

describe.skipIf(!hasBash)('in bash (left out where there is none)', () => {
  /** What bash offers for the last of the words, as it breaks a line into words. */
  async function offered(...words: string[]): Promise<string[]> {
    const script = `source "$1"; shift
      COMP_WORDS=(nacre "$@"); COMP_CWORD=$#
      _nacre; for reply in "\${COMPREPLY[@]}"; do printf '%s\\n' "$reply"; done`;
    const { stdout, stderr } = await run(
      'bash',
      ['--norc', '--noprofile', '-eu', '-o', 'pipefail', '-c', script, 'bash', join(folder, 'bash'), ...words],
      { cwd: join(folder, 'files') },
    );
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  }

  test('offers commands', async () => {
    expect(await offered('')).toEqual(commandNames);
    expect(await offered('e')).toEqual(['evaluate']);
    expect(await offered('--')).toEqual(['--help', '--version']);
    expect(await offered('x')).toEqual([]);
  });

  test("offers a command's options", async () => {
    expect(await offered('doctor', '--')).toEqual(['--json', '--quick', '--help']);
    expect(await offered('train', '--v')).toEqual(['--validation-split', '--verbose']);
    expect(await offered('predict', '--model', 'm.safetensors', '--js')).toEqual(['--json']);
    expect(await offered('unknown', '--')).toEqual([]);
  });

  test('offers values', async () => {
    expect(await offered('train', '--network', '')).toEqual(networkNames);
    expect(await offered('train', '--network', 'cnn')).toEqual(['cnn', 'cnn-dropout']);
    // bash takes --backend=w for three words.
    expect(await offered('train', '--backend', '=', 'w')).toEqual(['wasm']);
    expect(await offered('train', '--backend', '=')).toEqual(['native', 'wasm', 'reference']);
    expect(await offered('train', '--epochs', '')).toEqual([]);
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await offered('doctor', '')).toEqual([]);
  });

  test('offers files that fit, and folders', async () => {
    expect(await offered('evaluate', '--model', '')).toEqual(['m.safetensors', 'my photos']);
    expect((await offered('predict', '--model', 'm.safetensors', '')).sort()).toEqual([
      'a.png',
      'b c.JPG',
      'my photos',
    ]);
    expect(await offered('predict', 'b')).toEqual(['b c.JPG']);
    expect(await offered('train', '--data', 'm')).toEqual(['mnist', 'm.safetensors', 'my photos']);
  });

  test('is what bash calls for nacre', async () => {
    const { stdout } = await run('bash', [
      '--norc',
      '-c',
      'source "$1"; complete -p nacre',
      'bash',
      join(folder, 'bash'),
    ]);
    expect(stdout.trim()).toBe('complete -F _nacre nacre');
  });
});

describe.skipIf(!hasZsh)('in zsh (left out where there is none)', () => {
  test('is read, and called for nacre', async () => {
    const script =
      'autoload -Uz compinit; compinit -u -D; source "$1"; print -r -- $_comps[nacre]; functions _nacre >/dev/null';
    const { stdout, stderr } = await run('zsh', ['-f', '-c', script, 'zsh', join(folder, 'zsh')]);
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe('_nacre');
  });
});

describe.skipIf(!hasFish)('in fish (left out where there is none)', () => {
  async function offered(line: string): Promise<string[]> {
    const script = `source ${join(folder, 'fish')}; complete -C '${line}'`;
    const { stdout } = await run('fish', ['--no-config', '-c', script], { cwd: join(folder, 'files') });
    return stdout
      .split('\n')
      .filter((found) => found !== '')
      .map((found) => found.split('\t')[0]!);
  }

  test('offers commands, options, values and files', async () => {
    expect((await offered('nacre ')).sort()).toEqual([...commandNames].sort());
    expect((await offered('nacre train --val')).sort()).toEqual(['--validation-split']);
    expect((await offered('nacre train --network cnn')).sort()).toEqual(['cnn', 'cnn-dropout']);
    expect((await offered('nacre completion ')).sort()).toEqual(['bash', 'fish', 'zsh']);
    expect(await offered('nacre evaluate --model m.s')).toEqual(['m.safetensors']);
  });
});

describe('every script', () => {
  test.each(['bash', 'zsh', 'fish'] as const)('for %s names all commands, options and values', (shell) => {
    const script = completionScript(shell);
    for (const name of [...commandNames, ...networkNames, 'validation-split', 'reference', 'safetensors', 'mnist'])
      expect(script).toContain(name);
  });
});
