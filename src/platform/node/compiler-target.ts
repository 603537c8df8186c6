// What a C compiler is told of the processor, and what its predefined macros tell of it and of the compiler.
import { StateError } from '../../base/errors.js';
import type { InstructionSet } from '../../base/native-tools.js';

export type Architecture = 'x64' | 'arm64';

/** Best first. */
const instructionSetsOf: { readonly [A in Architecture]: readonly InstructionSet[] } = {
  x64: ['avx512', 'avx2', 'sse2'],
  arm64: ['neon'],
};

// The levels of the x86-64 psABI ("x86-64-v3"), whose code may use all that is listed.
const v3 = ['AVX2', 'FMA', 'BMI', 'BMI2', 'F16C', 'LZCNT', 'MOVBE'];
const v4 = [...v3, 'AVX512F', 'AVX512BW', 'AVX512CD', 'AVX512DQ', 'AVX512VL'];

interface Target {
  readonly options: readonly string[];
  /** Extensions, by their macros without underscores, that code compiled so may use. */
  readonly needs: readonly string[];
}

const targets: { readonly [Name in InstructionSet]: Target } = {
  avx512: { options: ['-march=x86-64-v4'], needs: v4 },
  avx2: { options: ['-march=x86-64-v3'], needs: v3 },
  sse2: { options: ['-march=x86-64'], needs: [] },
  neon: { options: ['-march=armv8-a'], needs: [] },
};

/** Clang long knew the processor of an ARM machine by this option only; GCC knows it by both. */
const nativeOptions: { readonly [A in Architecture]: readonly string[] } = {
  x64: ['-march=native'],
  arm64: ['-mcpu=native'],
};

/** The options that have code made for this processor, or for any that has `instructionSet`. */
export function targetOptions(architecture: Architecture, instructionSet?: InstructionSet): readonly string[] {
  return instructionSet === undefined ? nativeOptions[architecture] : targets[instructionSet].options;
}

/** What the predefined macros say, printed by `-dM -E` for this processor. */
export interface CompilerMacros {
  /** For people: `gcc 12.2.0`. */
  readonly version: string;
  /** As the vendor names it. */
  readonly vendorVersion: string;
  /** Which processors it makes code for; undefined for those that Nacre does not know. */
  readonly architecture: Architecture | undefined;
  /** The extensions this processor has, by their macros without underscores. */
  readonly extensions: readonly string[];
}

export function readMacros(text: string): CompilerMacros {
  const macros = new Map<string, string>();
  for (const [, name, value] of text.matchAll(/^#define (\w+) (.*)$/gm)) macros.set(name!, value!);
  const numbers = (...names: string[]): string => names.map((name) => macros.get(name) ?? '0').join('.');
  const isClang = macros.has('__clang__');
  return {
    version: isClang
      ? `${macros.has('__apple_build_version__') ? 'Apple clang' : 'clang'} ${numbers('__clang_major__', '__clang_minor__', '__clang_patchlevel__')}`
      : `gcc ${numbers('__GNUC__', '__GNUC_MINOR__', '__GNUC_PATCHLEVEL__')}`,
    vendorVersion: (macros.get('__VERSION__') ?? '').replace(/^"|"$/g, ''),
    // With 4-byte pointers (x32) too, x86 has the first macro.
    architecture: !macros.has('__LP64__')
      ? undefined
      : macros.has('__x86_64__')
        ? 'x64'
        : macros.has('__aarch64__')
          ? 'arm64'
          : undefined,
    extensions: v4.filter((extension) => macros.has(`__${extension}__`)),
  };
}

/** The best that a processor with these extensions has: whole vectors of 32-bit lanes, masks and fused products. */
export function bestInstructionSet(architecture: Architecture, extensions: readonly string[]): InstructionSet {
  if (architecture === 'arm64') return 'neon';
  const has = (...names: string[]): boolean => names.every((name) => extensions.includes(name));
  if (has('AVX512F', 'AVX512BW', 'AVX512DQ', 'AVX512VL')) return 'avx512';
  return has('AVX2', 'FMA') ? 'avx2' : 'sse2';
}

/** @throws StateError if a processor with these extensions cannot run code made for `instructionSet` */
export function checkInstructionSet(
  instructionSet: InstructionSet,
  architecture: Architecture,
  extensions: readonly string[],
): void {
  const fits = (name: InstructionSet): boolean =>
    targets[name].needs.every((extension) => extensions.includes(extension));
  const possible = instructionSetsOf[architecture].filter(fits);
  if (possible.includes(instructionSet)) return;
  const lacking = targets[instructionSet].needs.filter((extension) => !extensions.includes(extension));
  const why = instructionSetsOf[architecture].includes(instructionSet) ? ` It lacks ${lacking.join(', ')}.` : '';
  throw new StateError(
    `Instruction set: expected one that this ${architecture} processor has (${possible.join(', ')}), received ` +
      `'${instructionSet}'.${why} Choose another in NACRE_ISA, or leave it out for the best.`,
  );
}
