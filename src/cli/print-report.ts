// What `nacre doctor` prints for people.
import type { BackendReport, DoctorReport } from './doctor.js';

export function printReport(report: DoctorReport): string {
  const { versions, processor, compiler, cache, backends, used, measured } = report;
  const facts = [
    ['Nacre', `${versions.nacre}, on Node ${versions.node}, ${versions.system}`],
    ['Processor', `${processor.name}, runs ${count(processor.threads, 'thread')} at once`],
    ['C compiler', compiler.description ?? `none: ${compiler.reason}`],
    ['Instructions', compiler.description === undefined ? '-' : compiler.instructionSet],
    ['Cache', `${cache.directory}: ${cacheText(cache)}`],
    ['Used', used.name === undefined ? `nothing: ${used.reason}` : `${used.name}: ${used.reason}`],
  ] as const;
  const rows = backends.map((backend) => [backend.name, ...cells(backend)]);
  const { size, length } = measured;
  const failures = backends.flatMap((backend) => {
    if (backend.works) return [];
    const isSaid = backend.reason === compiler.reason;
    return [`${backend.name}: ${isSaid ? 'there is no C compiler that works, see above.' : backend.reason}`];
  });
  return [
    ...table(facts),
    '',
    ...table([['Backend', 'Threads', 'Matrix products', 'Element-wise'], ...rows]),
    '',
    ...failures,
    ...(failures.length === 0 ? [] : ['']),
    `Matrix products of ${size} x ${size}, float32; element-wise passes that read and write ${bytes(4 * length)}.`,
    'Another backend: NACRE_BACKEND=NAME, or setBackend(NAME). Other threads: NACRE_THREADS=N.',
  ].join('\n');
}

function cells(backend: BackendReport): string[] {
  if (!backend.works) return ['-', 'does not work here', '-'];
  const { gigaflopsPerSecond, gigabytesPerSecond } = backend.speeds;
  return [
    String(backend.threads),
    `${threeDigits(gigaflopsPerSecond)} GFLOP/s`,
    `${threeDigits(gigabytesPerSecond)} GB/s`,
  ];
}

function cacheText({ problem, programs, byteLength }: DoctorReport['cache']): string {
  return problem === undefined ? `${count(programs, 'program')}, ${bytes(byteLength)}` : `not used, it ${problem}`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** Three digits that count, without an exponent. */
function threeDigits(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(value, 0.001))));
  return value.toFixed(digits);
}

function bytes(byteLength: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB'];
  let value = byteLength;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 10 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** Rows with their cells below each other. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
