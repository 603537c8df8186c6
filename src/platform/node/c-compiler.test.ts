// These tests need a C compiler that works, and fail where there is none.
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { DataError, StateError } from '../../base/errors.js';
import { instructionSets } from '../../base/native-tools.js';
import { findCCompiler, type Environment } from './c-compiler.js';

let folder: string;
let programs: string;
let directory: string;
let log: string;
let realCompiler = '';

beforeAll(async () => {
  const place = await mkdtemp(join(tmpdir(), 'nacre-compiler-'));
  const { description } = await findCCompiler({ environment: process.env, directory: place });
  realCompiler = / \((.*)\)$/.exec(description)![1]!;
  await rm(place, { recursive: true });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nacre-compiler-'));
  programs = join(folder, 'bin');
  directory = join(folder, 'native');
  log = join(folder, 'log');
  await mkdir(programs);
  await appendFile(log, '');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Makes a program in the only folder of PATH; each call of it is noted. */
async function program(name: string, script: string): Promise<string> {
  const path = join(programs, name);
  await writeFile(path, `#!/bin/sh\necho "${name} $*" >> '${log}'\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

// The compiler's own helpers are found by the PATH of this process.
const working = (): string => `PATH='${process.env.PATH}' exec ${realCompiler} "$@"`;
const failing = "echo 'ld: cannot find crti.o' >&2; echo 'collect2: error' >&2; exit 1";
/** Prints macros, but lacks what linking needs: as where the C library's development files are not installed. */
const unable = (): string => `case "$*" in *-dM*) ${working()};; esac\n${failing}`;

const calls = async (): Promise<string[]> => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== '');
const find = (more: Environment = {}, ...rest: ['avx512' | 'avx2' | 'sse2' | 'neon'] | []) =>
  findCCompiler({ environment: { PATH: programs, ...more }, directory }, ...rest);

async function complaint(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('expected an error');
}

/** A module whose exports are the number 42. */
const moduleSource = `
extern int napi_create_double(void *env, double value, void **result);
__attribute__((visibility("default"))) void *napi_register_module_v1(void *env, void *exports) {
  void *result;
  napi_create_double(env, 41.0 + 1.0, &result);
  return result;
}
`;

describe('the search', () => {
  test.each([
    [['cc', 'gcc', 'clang'], 'cc'],
    [['gcc', 'clang'], 'gcc'],
    [['clang'], 'clang'],
  ])('of %j takes %s', async (names, expected) => {
    for (const name of names) await program(name, working());
    expect((await find()).description).toContain(`(${join(programs, expected)})`);
  });

  test('takes what CC names first: a name, a path, or either with arguments', async () => {
    await program('cc', working());
    const path = await program('mine', working());
    expect((await find({ CC: 'mine' })).description).toContain(`(${path})`);
    expect((await find({ CC: ` ${path} ` })).description).toContain(`(${path})`);
    const before = (await calls()).length;
    const compiler = await find({ CC: 'mine -DMINE=3' });
    expect(compiler.description).toContain(`(${path} -DMINE=3)`);
    await compiler.compile(['#if MINE != 3\n#error no\n#endif\n']);
    expect((await calls()).slice(before).every((call) => call.startsWith('mine -DMINE=3 '))).toBe(true);
  });

  test('a path with a space is one program', async () => {
    const path = await program('my compiler', working());
    expect((await find({ CC: path })).description).toContain(`(${path})`);
  });

  test('goes on where one does not exist, is no program, or cannot link', async () => {
    await program('cc', unable());
    await writeFile(join(programs, 'gcc'), 'not to be run');
    await program('clang', working());
    expect((await find({ CC: 'none' })).description).toContain(`(${join(programs, 'clang')})`);
  });

  test('takes nothing from a relative folder of PATH', async () => {
    await program('cc', working());
    vi.spyOn(process, 'cwd').mockReturnValue(programs);
    expect((await complaint(find({ PATH: '.::bin' }))).message).toContain('none is in PATH');
    vi.restoreAllMocks();
  });

  test('says that there is none, and what to install', async () => {
    const error = await complaint(find());
    expect(error).toBeInstanceOf(StateError);
    expect(error.message).toMatch(/^No C compiler works here \(cc, gcc, clang: none is in PATH\)\. Install /);
  });

  test('says in one line what is wrong with each', async () => {
    const clang = await program('clang', 'exit 3');
    const cc = await program('cc', unable());
    await symlink('cc', join(programs, 'gcc'));
    const error = await complaint(find({ CC: 'none -m64' }));
    expect(error).toBeInstanceOf(StateError);
    expect(error.message).not.toContain('\n');
    expect(error.message).toContain('CC=none -m64: there is no such program; ');
    expect(error.message).toContain(`${cc}, ${join(programs, 'gcc')}: ld: cannot find crti.o; `);
    expect(error.message).toContain(`${clang}: ended with exit code 3`);
  });

  test('a compiler for another processor does not count', async () => {
    await program('cc', "echo '#define __LP64__ 1'; echo '#define __riscv 1'");
    expect((await complaint(find())).message).toContain('makes code for another processor');
  });
});

describe('what was found out', () => {
  test('is remembered: the next process starts no program', async () => {
    await program('cc', working());
    const first = await find();
    const before = await calls();
    expect(before.length).toBeGreaterThan(0);
    const second = await find();
    expect(await calls()).toEqual(before);
    expect([second.description, second.identity, second.instructionSet]).toEqual([
      first.description,
      first.identity,
      first.instructionSet,
    ]);
    expect(first.description).toMatch(/^(gcc|clang|Apple clang) \d+\.\d+\.\d+ \(.*cc\)$/);
  });

  test('is forgotten when the compiler is another one, which is another identity', async () => {
    const path = await program('cc', working());
    const { identity } = await find();
    const before = (await calls()).length;
    await utimes(path, 1_000_000, 1_000_000);
    expect((await find()).identity).not.toBe(identity);
    expect((await calls()).length).toBeGreaterThan(before);
    expect((await find({ CC: 'cc -DMINE' })).identity).not.toBe(identity);
  });

  test('is found out again where it is damaged, and where nothing can be kept', async () => {
    await program('cc', working());
    await find();
    const [name] = await readdir(directory);
    expect(name).toMatch(/^compiler-[0-9a-f]{64}\.json$/);
    await writeFile(join(directory, name!), '{}');
    const before = (await calls()).length;
    const { identity } = await find();
    expect((await calls()).length).toBeGreaterThan(before);
    await chmod(directory, 0o777);
    const between = (await calls()).length;
    expect((await find()).identity).toBe(identity);
    expect((await calls()).length).toBeGreaterThan(between);
  });

  test('is not remembered when it failed', async () => {
    const installed = join(folder, 'installed');
    await program('cc', `if [ -e '${installed}' ]; then ${working()}; fi\n${unable()}`);
    await complaint(find());
    await writeFile(installed, '');
    expect((await find()).description).toContain(join(programs, 'cc'));
  });
});

describe('instructions', () => {
  const isX64 = process.arch === 'x64';
  const macros = { avx512: '__AVX512F__', avx2: '__AVX2__', sse2: '__SSE2__', neon: '__ARM_NEON' } as const;
  const requires = (macro: string): string => `#ifndef ${macro}\n#error ${macro} is missing\n#endif\n`;

  test("are this processor's unless told, and code is made for them", async () => {
    const compiler = await findCCompiler({ environment: process.env, directory });
    await compiler.compile([requires(macros[compiler.instructionSet])]);
    expect(compiler.instructionSet === 'neon').toBe(!isX64);
  });

  test.each(instructionSets)('%s: code is made for it, or it is refused with what there is', async (name) => {
    const best = (await findCCompiler({ environment: process.env, directory })).instructionSet;
    const order = isX64 ? ['sse2', 'avx2', 'avx512'] : ['neon'];
    const search = findCCompiler({ environment: process.env, directory }, name);
    if (order.indexOf(name) === -1 || order.indexOf(name) > order.indexOf(best)) {
      const error = await complaint(search);
      expect(error).toBeInstanceOf(StateError);
      expect(error.message).toMatch(new RegExp(`has \\(.*${order[0]}\\), received '${name}'.*NACRE_ISA`));
      return;
    }
    const compiler = await search;
    expect(compiler.instructionSet).toBe(name);
    await compiler.compile([requires(macros[name])]);
    const above = order[order.indexOf(name) + 1] as keyof typeof macros | undefined;
    if (above !== undefined)
      await expect(compiler.compile([requires(macros[above])])).rejects.toThrow(`${macros[above]} is missing`);
  });

  test('chosen are another identity', async () => {
    const chosen = isX64 ? 'sse2' : 'neon';
    const identities = [
      (await findCCompiler({ environment: process.env, directory })).identity,
      (await findCCompiler({ environment: process.env, directory }, chosen)).identity,
    ];
    expect(new Set(identities).size).toBe(2);
  });
});

describe('compiling', () => {
  test('gives a module that Node loads, and leaves nothing behind', async () => {
    const temporary = join(folder, 'temporary');
    await mkdir(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const compiler = await findCCompiler({ environment: process.env, directory });
    const path = join(folder, 'module.node');
    await writeFile(path, await compiler.compile([moduleSource]));
    const module = { exports: {} as unknown };
    process.dlopen(module, path);
    expect(module.exports).toBe(42);
    expect(await readdir(temporary)).toEqual([]);
  });

  test('does not hold up this thread', async () => {
    const compiler = await findCCompiler({ environment: process.env, directory });
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setTimeout(count, 0);
    };
    count();
    await compiler.compile([moduleSource]);
    isDone = true;
    expect(turns).toBeGreaterThan(3);
  });

  test('several programs at once', async () => {
    const compiler = await findCCompiler({ environment: process.env, directory });
    const modules = await Promise.all([1, 2, 3].map((n) => compiler.compile([`${moduleSource}int unused_${n};\n`])));
    expect(modules.map(({ length }) => length > 1000)).toEqual([true, true, true]);
  });

  test('fails with the first lines of what the compiler says, and leaves nothing behind', async () => {
    const temporary = join(folder, 'temporary');
    await mkdir(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const compiler = await findCCompiler({ environment: process.env, directory });
    const lines = Array.from({ length: 40 }, (_, line) => `#error number ${line}`).join('\n');
    const error = await complaint(compiler.compile([lines]));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/could not compile the program:\n.*:1:.*number 0\b/);
    expect(error.message).toMatch(/\n\(and \d+ more lines\)$/);
    expect(error.message).not.toContain('number 39');
    expect(error.message.split('\n').length).toBeLessThan(20);
    expect(await readdir(temporary)).toEqual([]);
  });

  test('several files become one module, each compiled by a process of its own', async () => {
    const temporary = join(folder, 'temporary');
    await mkdir(temporary);
    vi.stubEnv('TMPDIR', temporary);
    await program('cc', working());
    const compiler = await find();
    const before = (await calls()).length;
    const path = join(folder, 'module.node');
    const value = 'double value(void);\n';
    const caller = value + moduleSource.replace('41.0 + 1.0', 'value()');
    await writeFile(path, await compiler.compile([caller, `${value}double value(void) { return 6 * 7; }\n`]));
    const module = { exports: {} as unknown };
    process.dlopen(module, path);
    expect(module.exports).toBe(42);
    const own = (await calls()).slice(before);
    expect(own.filter((call) => call.includes(' -c '))).toHaveLength(2);
    expect(own).toHaveLength(3);
    expect(await readdir(temporary)).toEqual([]);
  });

  test('a file that fails ends the compiling of the others, and nothing is left behind', async () => {
    const temporary = join(folder, 'temporary');
    await mkdir(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const endless = join(folder, 'endless');
    // The first file's compiler never ends by itself, and the second's fails once the first's is there.
    await program(
      'cc',
      `case "$*" in
*file1.o*) echo $$ > '${endless}'; PATH='${process.env.PATH}' exec sleep 1000;;
*file2.o*) while [ ! -s '${endless}' ]; do :; done; echo 'no space left' >&2; exit 1;;
esac
${working()}`,
    );
    const compiler = await find();
    const error = await complaint(compiler.compile([moduleSource, 'int nothing;\n', 'int nothing_else;\n']));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/could not compile the program:\nno space left$/);
    const pid = Number(await readFile(endless, 'utf8'));
    expect(pid).toBeGreaterThan(0);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await readdir(temporary)).toEqual([]);
  });

  test('says so where files cannot be made one module', async () => {
    await program('cc', `case "$*" in *file1.o*file2.o*) ${failing};; esac\n${working()}`);
    const compiler = await find();
    await expect(compiler.compile([moduleSource, 'int nothing;\n'])).rejects.toThrow('ld: cannot find crti.o');
  });

  test('says so when the compiler has gone, ends by a signal, or writes nothing', async () => {
    const path = await program('cc', working());
    const compiler = await find();
    await writeFile(path, '#!/bin/sh\nkill -9 $$\n');
    await expect(compiler.compile([moduleSource])).rejects.toThrow('was ended by SIGKILL');
    await writeFile(path, '#!/bin/sh\nexit 0\n');
    await expect(compiler.compile([moduleSource])).rejects.toThrow('wrote no module');
    await rm(path);
    await expect(compiler.compile([moduleSource])).rejects.toThrow('could not be started');
  });
});
