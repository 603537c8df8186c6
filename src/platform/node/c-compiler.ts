// Finds a C compiler that works, and compiles with it. What was found out by trying is remembered from one process to the
// next, so that a program whose code is already compiled starts no other program.
import { constants } from 'node:fs';
import { access, readFile, realpath, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { DataError, StateError, messageOf } from '../../base/errors.js';
import { instructionSets, type CCompiler, type InstructionSet } from '../../base/native-tools.js';
import {
  bestInstructionSet,
  checkInstructionSet,
  readMacros,
  targetOptions,
  type Architecture,
} from './compiler-target.js';
import {
  directoryProblem,
  makePrivateDirectory,
  readRecord,
  sha256,
  temporaryDirectory,
  writeRecord,
} from './private-files.js';
import { processor } from './processor.js';
import { runProcess, type ProcessResult } from './run-process.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface CompilerSearch {
  readonly environment: Environment;
  /** Where to remember what was found out. */
  readonly directory: string;
}

// Of what -ffast-math stands for only what keeps NaN, infinities and the order of sums: products and sums may be one
// instruction, and nobody asks for errno or floating-point traps. Integers wrap around, and one block of memory holds
// values of all types, as in the kernel language.
const options = [
  ...['-O3', '-std=gnu11', '-fPIC', '-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math'],
  ...['-fno-strict-aliasing', '-fwrapv', '-fvisibility=hidden', '-w'],
];
const moduleOptions = [
  // Node's own functions are found when the module is loaded into it.
  ...(process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']),
];
const libraries = ['-lm'];

/** Needs what a printed program does of the system: start-up files, the C library's and the mathematical one. */
const trialSource = `extern float expf(float);
__attribute__((visibility("default"))) float nacre_trial(float x) { return expf(x); }
`;

/** A program that may be a compiler. */
interface Candidate {
  readonly path: string;
  /** Goes before all other arguments: `CC='gcc -m64'`. */
  readonly args: readonly string[];
}

/** What trying a compiler has shown. */
interface Findings {
  readonly version: string;
  readonly vendorVersion: string;
  readonly instructionSet: InstructionSet;
}

/**
 * The first compiler that works of `CC` and, in PATH, `cc`, `gcc` and `clang`.
 * @throws StateError that says why there is none, and what to install
 */
export async function findCCompiler(search: CompilerSearch, wanted?: InstructionSet): Promise<CCompiler> {
  const architecture = knownArchitecture();
  const { found, missing } = await candidates(search.environment);
  /** Programs by what is wrong with them: several names often are one program. */
  const reasons = new Map<string, string[]>(missing === undefined ? [] : [['there is no such program', [missing]]]);
  let refused: StateError | undefined;
  for (const candidate of found) {
    try {
      return await examine(candidate, search, architecture, wanted);
    } catch (error) {
      if (error instanceof StateError) refused ??= error;
      const reason = messageOf(error).split('\n', 1)[0]!;
      reasons.set(reason, [...(reasons.get(reason) ?? []), commandOf(candidate)]);
    }
  }
  if (refused !== undefined) throw refused;
  const tried = [...reasons].map(([reason, commands]) => `${commands.join(', ')}: ${reason}`).join('; ');
  throw new StateError(
    `No C compiler works here (${tried === '' ? 'cc, gcc, clang: none is in PATH' : tried}). ${remedy()}`,
  );
}

const commandOf = ({ path, args }: Candidate): string => [path, ...args].join(' ');

function knownArchitecture(): Architecture {
  const { arch, platform } = process;
  if (platform !== 'win32' && (arch === 'x64' || arch === 'arm64')) return arch;
  throw new StateError(
    `Native code: expected a 64-bit x86 or ARM processor on Linux, macOS or a system like them, received ${arch} on ` +
      `${platform}. Use the backend 'wasm'.`,
  );
}

const remedy = (): string =>
  process.platform === 'darwin'
    ? "Install Apple's: xcode-select --install."
    : 'Install one: apt install gcc libc6-dev (Debian, Ubuntu), dnf install gcc (Fedora), apk add gcc musl-dev (Alpine).';

/** Programs to try, in order, each a file that can be run; and what CC says if that is none. */
async function candidates(environment: Environment): Promise<{ found: Candidate[]; missing: string | undefined }> {
  const found: Candidate[] = [];
  let missing: string | undefined;
  const chosen = environment.CC?.trim() ?? '';
  if (chosen !== '') {
    const [program, ...args] = chosen.split(/\s+/);
    const whole = await findProgram(chosen, environment);
    const path = whole ?? (await findProgram(program!, environment));
    if (path === undefined) missing = `CC=${chosen}`;
    else found.push({ path, args: whole === undefined ? args : [] });
  }
  for (const name of ['cc', 'gcc', 'clang']) {
    const path = await findProgram(name, environment);
    if (path !== undefined && !found.some((other) => other.path === path && other.args.length === 0))
      found.push({ path, args: [] });
  }
  return { found, missing };
}

async function findProgram(name: string, environment: Environment): Promise<string | undefined> {
  if (name.includes('/')) return (await isProgram(resolve(name))) ? resolve(name) : undefined;
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    // A relative folder would mean another compiler in every working directory.
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    if (await isProgram(path)) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile() && !(await isAppleInstaller(path));
  } catch {
    return false;
  }
}

/** Without Apple's tools, macOS has programs of these names that open a window which offers to install them. */
async function isAppleInstaller(path: string): Promise<boolean> {
  if (process.platform !== 'darwin' || !path.startsWith('/usr/bin/')) return false;
  const places = ['/var/db/xcode_select_link', '/Library/Developer/CommandLineTools', '/Applications/Xcode.app'];
  const found = await Promise.allSettled(places.map((place) => access(place)));
  return found.every(({ status }) => status === 'rejected');
}

/** @throws what is wrong with this one, as the end of a sentence; StateError if it is the instruction set */
async function examine(
  candidate: Candidate,
  { environment, directory }: CompilerSearch,
  architecture: Architecture,
  wanted: InstructionSet | undefined,
): Promise<CCompiler> {
  const file = await realpath(candidate.path);
  const { mtimeMs, size } = await stat(file);
  const target = targetOptions(architecture, wanted);
  const { identity: processorIdentity } = await processor();
  const circumstances = [
    candidate,
    file,
    mtimeMs,
    size,
    process.platform,
    processorIdentity,
    options,
    moduleOptions,
    target,
    libraries,
  ];
  const key = sha256(JSON.stringify([...circumstances, trialSource]));
  const name = `compiler-${key}.json`;
  const isTrusted = (await directoryProblem(directory)) === undefined;
  let findings = isTrusted ? asFindings(await readRecord(directory, name)) : undefined;
  if (findings === undefined) {
    findings = await tryOut(candidate, environment, architecture, wanted);
    if ((await makePrivateDirectory(directory)) === undefined)
      // Where nothing can be remembered it is found out again.
      await writeRecord(directory, name, findings).catch(() => undefined);
  }
  const { version, vendorVersion, instructionSet } = findings;
  return {
    description: `${version} (${commandOf(candidate)})`,
    identity: sha256(JSON.stringify([...circumstances, vendorVersion])),
    instructionSet,
    compile: async (files) => {
      const result = await compileModule(candidate, target, environment, files);
      if ('code' in result) return result.code;
      throw new DataError(`${version} (${commandOf(candidate)}) could not compile the program:\n${result.complaint}`);
    },
  };
}

function asFindings(value: unknown): Findings | undefined {
  const { version, vendorVersion, instructionSet } = (value ?? {}) as { readonly [Key in keyof Findings]?: unknown };
  const known = instructionSets.find((name) => name === instructionSet);
  if (typeof version !== 'string' || typeof vendorVersion !== 'string' || known === undefined) return undefined;
  return { version, vendorVersion, instructionSet: known };
}

/** Compiles for this machine, to see whether it can and what it says of the processor. */
async function tryOut(
  candidate: Candidate,
  environment: Environment,
  architecture: Architecture,
  wanted: InstructionSet | undefined,
): Promise<Findings> {
  const printMacros = [...candidate.args, ...targetOptions(architecture), '-dM', '-E', '-x', 'c', '/dev/null'];
  // At the same time, as each is mostly a program's start.
  const [{ output, complaint }, trial] = await Promise.all([
    run(candidate.path, printMacros, environment),
    compileModule(candidate, targetOptions(architecture, wanted), environment, [trialSource]),
  ]);
  if (complaint !== undefined) throw new DataError(firstLines(complaint));
  const macros = readMacros(output);
  if (macros.architecture !== architecture)
    throw new DataError(`makes code for another processor than this one (${architecture})`);
  if (wanted !== undefined) checkInstructionSet(wanted, architecture, macros.extensions);
  if ('complaint' in trial) throw new DataError(trial.complaint);
  return {
    version: macros.version,
    vendorVersion: macros.vendorVersion,
    instructionSet: wanted ?? bestInstructionSet(architecture, macros.extensions),
  };
}

async function compileModule(
  candidate: Candidate,
  target: readonly string[],
  environment: Environment,
  files: readonly string[],
): Promise<{ readonly code: Uint8Array } | { readonly complaint: string }> {
  const directory = temporaryDirectory();
  try {
    const path = join(directory.path, 'module.node');
    // The compiler's own temporary files go where ours go.
    const place = { ...environment, TMPDIR: directory.path };
    const compile = (source: string, rest: readonly string[], signal?: AbortSignal): Promise<ProcessResult> =>
      run(candidate.path, [...candidate.args, ...options, ...target, ...rest], place, source, signal);
    let complaint: string | undefined;
    if (files.length === 1) {
      const rest = [...moduleOptions, '-o', path, '-x', 'c', '-', ...libraries];
      ({ complaint } = await compile(files[0]!, rest));
    } else {
      const objects = files.map((_, i) => join(directory.path, `file${i + 1}.o`));
      complaint = await firstComplaint(files, (source, i, signal) =>
        compile(source, ['-c', '-o', objects[i]!, '-x', 'c', '-'], signal),
      );
      const link = [...candidate.args, ...moduleOptions, '-o', path, ...objects, ...libraries];
      if (complaint === undefined) ({ complaint } = await run(candidate.path, link, place));
    }
    if (complaint !== undefined) return { complaint: firstLines(complaint) };
    try {
      return { code: await readFile(path) };
    } catch (error) {
      return { complaint: `wrote no module (${messageOf(error)})` };
    }
  } finally {
    await directory.remove();
  }
}

/** Runs one for each file at the same time; where one complains, the others are ended. */
async function firstComplaint(
  files: readonly string[],
  start: (source: string, number: number, signal: AbortSignal) => Promise<ProcessResult>,
): Promise<string | undefined> {
  const others = new AbortController();
  let first: string | undefined;
  const wait = async (source: string, i: number): Promise<void> => {
    const { complaint } = await start(source, i, others.signal);
    if (complaint === undefined || first !== undefined) return;
    first = complaint;
    others.abort();
  };
  await Promise.all(files.map(wait));
  return first;
}

/** Messages in English, whatever the user's language: parts of them end up in reports. */
const run = (
  path: string,
  args: readonly string[],
  environment: Environment,
  input = '',
  signal?: AbortSignal,
): Promise<ProcessResult> => runProcess(path, args, { environment: { ...environment, LC_ALL: 'C' }, input, signal });

const shownLines = 12;

function firstLines(text: string): string {
  const lines = text.split('\n');
  const more = lines.length - shownLines;
  return more <= 0 ? text : [...lines.slice(0, shownLines), `(and ${more} more lines)`].join('\n');
}
