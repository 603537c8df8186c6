import { expect, test } from 'vitest';
import { bestInstructionSet, checkInstructionSet, readMacros, targetOptions } from './compiler-target.js';

const define = (...names: string[]): string => names.map((name) => `#define ${name}\n`).join('');
const gccOnX64 = define('__LP64__ 1', '__x86_64__ 1', '__GNUC__ 12', '__GNUC_MINOR__ 2', '__GNUC_PATCHLEVEL__ 0');
const v3 = ['AVX2', 'FMA', 'BMI', 'BMI2', 'F16C', 'LZCNT', 'MOVBE'];
const v4 = [...v3, 'AVX512F', 'AVX512BW', 'AVX512CD', 'AVX512DQ', 'AVX512VL'];

test('macros tell the compiler, its version, its processor and the extensions', () => {
  expect(readMacros(`${gccOnX64}${define('__VERSION__ "12.2.0 (Some vendor)"', '__AVX2__ 1', '__FMA__ 1')}`)).toEqual({
    version: 'gcc 12.2.0',
    vendorVersion: '12.2.0 (Some vendor)',
    architecture: 'x64',
    extensions: ['AVX2', 'FMA'],
  });
  const clang = define(
    '__GNUC__ 4',
    '__clang__ 1',
    '__clang_major__ 17',
    '__clang_minor__ 0',
    '__clang_patchlevel__ 6',
  );
  const arm = define('__LP64__ 1', '__aarch64__ 1');
  expect(readMacros(clang + arm)).toMatchObject({ version: 'clang 17.0.6', architecture: 'arm64', extensions: [] });
  expect(readMacros(clang + define('__apple_build_version__ 17000013'))).toMatchObject({
    version: 'Apple clang 17.0.6',
  });
});

test('a compiler for pointers of 4 bytes or another processor is for none that is known', () => {
  expect(readMacros(define('__x86_64__ 1', '__ILP32__ 1')).architecture).toBeUndefined();
  expect(readMacros(define('__LP64__ 1', '__riscv 1')).architecture).toBeUndefined();
});

test('the best instructions are those whose vectors are whole', () => {
  expect(bestInstructionSet('x64', v4)).toBe('avx512');
  expect(bestInstructionSet('x64', ['AVX512F', 'AVX512BW', 'AVX512DQ', 'AVX512VL'])).toBe('avx512');
  // The first processors with AVX-512 lack its byte, word and 128-bit forms.
  expect(bestInstructionSet('x64', [...v3, 'AVX512F', 'AVX512CD'])).toBe('avx2');
  expect(bestInstructionSet('x64', ['AVX2'])).toBe('sse2');
  expect(bestInstructionSet('x64', [])).toBe('sse2');
  expect(bestInstructionSet('arm64', [])).toBe('neon');
});

test('code for this processor and code for a level are asked for by different options', () => {
  expect(targetOptions('x64')).toEqual(['-march=native']);
  expect(targetOptions('x64', 'avx512')).toEqual(['-march=x86-64-v4']);
  expect(targetOptions('x64', 'avx2')).toEqual(['-march=x86-64-v3']);
  expect(targetOptions('x64', 'sse2')).toEqual(['-march=x86-64']);
  expect(targetOptions('arm64')).toEqual(['-mcpu=native']);
});

test('instructions that the processor lacks are refused, with those it has', () => {
  for (const name of ['avx512', 'avx2', 'sse2'] as const) checkInstructionSet(name, 'x64', v4);
  checkInstructionSet('sse2', 'x64', []);
  checkInstructionSet('neon', 'arm64', []);
  expect(() => checkInstructionSet('avx512', 'x64', v3)).toThrow(
    /has \(avx2, sse2\), received 'avx512'\. It lacks AVX512F, .*NACRE_ISA/,
  );
  // The level that code is made for has more than the vectors that are asked for.
  expect(() => checkInstructionSet('avx2', 'x64', ['AVX2', 'FMA'])).toThrow(/has \(sse2\).*lacks BMI, BMI2/);
  expect(() => checkInstructionSet('neon', 'x64', v4)).toThrow(
    /x64 processor has \(avx512, avx2, sse2\), received 'neon'/,
  );
  expect(() => checkInstructionSet('sse2', 'arm64', [])).toThrow(/arm64 processor has \(neon\), received 'sse2'/);
});
