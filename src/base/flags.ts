// The settings that the environment gives: read and checked once, in one place.
//
// | variable | what it does |
// | --- | --- |
// | `NACRE_BACKEND` | the backend to use, by its name, in place of the first that works |
// | `NACRE_THREADS` | how many threads share the work, from 1; by default as many as the machine has processors, at most 8 |
// | `NACRE_ISA` | the instructions that native code may use: `avx512`, `avx2`, `sse2` or `neon`; by default all of the processor's |
// | `NACRE_DEBUG` | what is printed of compiling: 0 nothing, 1 what was compiled and the memory it takes, 2 the graph after each pass, 3 the kernels and the schedule of each |
// | `NACRE_HINTS` | 0 keeps `fit` from telling what is likely wrong with a training; 1, the default, lets it |
import { ValueError } from './errors.js';
import { instructionSets, type InstructionSet } from './native-tools.js';
import { unknownName } from './suggest.js';

/** How much is printed of compiling. */
export type DebugLevel = 0 | 1 | 2 | 3;

export interface Flags {
  readonly backend: string | undefined;
  readonly threads: number | undefined;
  readonly debug: DebugLevel;
  /** The instructions that native code may use, where they are not to be the processor's best. */
  readonly instructionSet?: InstructionSet | undefined;
  /** Whether fit gives hints, where its own option does not say. */
  readonly hints?: boolean | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const mostThreads = 256;

/**
 * The settings in `environment`; a variable that is empty counts as not set.
 * @throws ValueError for a value that is not allowed, naming the variable
 */
export function readFlags(environment: Environment, backendNames: readonly string[]): Flags {
  const backend = valueOf(environment, 'NACRE_BACKEND');
  if (backend !== undefined && !backendNames.includes(backend))
    throw unknownName('backend in NACRE_BACKEND', backend, backendNames);
  return {
    backend,
    threads: wholeNumber(environment, 'NACRE_THREADS', 1, mostThreads),
    debug: (wholeNumber(environment, 'NACRE_DEBUG', 0, 3) ?? 0) as DebugLevel,
    instructionSet: instructionSet(environment),
    hints: switched(environment, 'NACRE_HINTS'),
  };
}

function switched(environment: Environment, name: string): boolean | undefined {
  const value = wholeNumber(environment, name, 0, 1);
  return value === undefined ? undefined : value === 1;
}

function instructionSet(environment: Environment): InstructionSet | undefined {
  const value = valueOf(environment, 'NACRE_ISA');
  if (value === undefined) return undefined;
  const found = instructionSets.find((name) => name === value);
  if (found === undefined) throw unknownName('instruction set in NACRE_ISA', value, instructionSets);
  return found;
}

function valueOf(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

function wholeNumber(environment: Environment, name: string, least: number, most: number): number | undefined {
  const text = valueOf(environment, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new ValueError(`${name}: expected a whole number from ${least} to ${most}, received '${text}'.`);
  return value;
}

let current: Flags = { backend: undefined, threads: undefined, debug: 0 };

/** Called once by an entry point. */
export function setFlags(flags: Flags): void {
  current = flags;
}

/** The settings in force; those of an empty environment until an entry point has read it. */
export function flags(): Flags {
  return current;
}
