// Prints one kernel as a C function (begin, end, base, table) that runs the chunks from `begin` up to `end`.
import type { Kernel, KernelBuffer, KernelProgram, KernelStatement, VariableName } from '../../../ir/kernel.js';
import { namesIn } from '../../../ir/names.js';
import { visitExpressions } from '../../../ir/operands.js';
import { tableEntry } from '../../../ir/table-entry.js';
import { elementName, elementType, ExpressionPrinter, pointerName, printAffine, registerType } from './expressions.js';

/** The name of a kernel's function. */
export function functionName(kernel: Kernel, number: number): string {
  return `kernel_${number}_${kernel.name.replaceAll(/\W/g, '_')}`;
}

const signature = 'long begin, long end, u8 *base, const u32 *table';

/** For files that call a kernel of another file. */
export function declareKernelFunction(kernel: Kernel, number: number): string {
  return `void ${functionName(kernel, number)}(${signature});`;
}

/**
 * What a kernel does one after the other without passing registers on gets functions of its own: compiled as one, the
 * constants of one part would take registers from the sums of another.
 * @param number tells kernels of one name apart
 */
export function printKernelFunction(kernel: Kernel, number: number, program: KernelProgram, lanes: number): string {
  const printer = new KernelPrinter(program.buffers, lanes);
  const chunk = kernel.chunkVariable;
  const name = functionName(kernel, number);
  const pointersOf = (statements: readonly KernelStatement[]): string[] =>
    [...buffersOf(statements)]
      .sort((a, b) => a - b)
      .map((buffer) => `  ${declarePointer(buffer, program.buffers[buffer]!, program.parameterCount)}`);
  const parts = independentParts(kernel.body);
  const inParts = parts.length > 1;
  const functions = inParts
    ? parts.flatMap((part, i) => [
        `static NOINLINE void ${name}_part${i}(long ${chunk}, u8 *base, const u32 *table) {`,
        ...pointersOf(part),
        ...printer.block(part, '  '),
        '}',
      ])
    : [];
  const body = inParts
    ? parts.map((_, i) => `    ${name}_part${i}(${chunk}, base, table);`)
    : printer.block(kernel.body, '    ');
  return [
    `// ${kernel.comment.replaceAll(/[\\\n]/g, ' ')}`,
    ...functions,
    `NOINLINE void ${name}(${signature}) {`,
    ...(inParts ? [] : pointersOf(kernel.body)),
    `  for (long ${chunk} = begin; ${chunk} < end; ${chunk}++) {`,
    ...body,
    '  }',
    ...(kernel.body.some(isStreaming) ? ['  STREAMED();'] : []),
    '}',
    '',
  ].join('\n');
}

/** Cuts statements where no register goes on: each part is worth a function if it has a loop. */
function independentParts(statements: readonly KernelStatement[]): KernelStatement[][] {
  const lastUse = new Map<VariableName, number>();
  statements.forEach((statement, i) => {
    for (const name of namesIn(statement)) lastUse.set(name, i);
  });
  const parts: KernelStatement[][] = [];
  let open: KernelStatement[] = [];
  let until = 0;
  statements.forEach((statement, i) => {
    open.push(statement);
    if (statement.kind === 'let' || statement.kind === 'set') until = Math.max(until, lastUse.get(statement.name) ?? i);
    if (i < until || !open.some(({ kind }) => kind === 'loop')) return;
    parts.push(open);
    open = [];
  });
  if (open.length > 0) parts.push(open);
  return parts;
}

function declarePointer(buffer: number, { name, dtype, length, place }: KernelBuffer, parameterCount: number): string {
  const type = elementType({ name, dtype, length, place });
  const { entry, byteOffset } = tableEntry({ place }, parameterCount);
  const offset = byteOffset === 0 ? '' : ` + ${byteOffset}`;
  const comment = `${name.replaceAll(/[\\\n]/g, ' ')}, ${length} of ${dtype}`;
  const pointer = pointerName(buffer);
  return `${type} *${pointer} = (${type} *)(base + table[${entry}]${offset}); OPAQUE(${pointer}); // ${comment}`;
}

class KernelPrinter {
  readonly #buffers: readonly KernelBuffer[];
  readonly #lanes: number;
  readonly #expressions: ExpressionPrinter;
  #fresh = 0;

  constructor(buffers: readonly KernelBuffer[], lanes: number) {
    this.#buffers = buffers;
    this.#lanes = lanes;
    this.#expressions = new ExpressionPrinter(buffers, lanes);
  }

  /**
   * What comes after a loop has constants of its own: the compiler would keep those that an outer loop does not change in
   * registers, of which the inner loop then has too few for its sums.
   */
  block(statements: readonly KernelStatement[], indent: string): string[] {
    const last = statements.findLastIndex(({ kind }) => kind === 'loop');
    const before = statements.slice(0, last + 1).flatMap((statement) => this.#statement(statement, indent));
    const after = statements.slice(last + 1);
    if (last < 0) return after.flatMap((statement) => this.#statement(statement, indent));
    const constants = new Map<string, string>();
    for (const statement of after) {
      if (statement.kind === 'loop' || statement.kind === 'prefetch') continue;
      visitExpressions(statement.value, (expr) => {
        if (expr.kind !== 'number' || !expr.type.vector || expr.type.lane === 'mask') return;
        const printed = this.#expressions.print(expr);
        if (!constants.has(printed)) constants.set(printed, `fresh_${this.#fresh++}`);
      });
    }
    const declared = [...constants].map(([printed, name]) => {
      const type = printed.startsWith('f32') ? 'f32v' : 'i32v';
      return `${indent}${type} ${name} = ${printed.replace('_splat', '_fresh')};`;
    });
    const rest = this.#expressions.withNames(constants, () =>
      after.flatMap((statement) => this.#statement(statement, indent)),
    );
    return [...before, ...declared, ...rest];
  }

  #statement(statement: KernelStatement, indent: string): string[] {
    switch (statement.kind) {
      case 'loop': {
        const { variable, begin, end, step, body } = statement;
        if (begin >= end) return [];
        const next = step === 1 ? `${variable}++` : `${variable} += ${step}`;
        return [
          `${indent}for (long ${variable} = ${begin}; ${variable} < ${end}; ${next}) {`,
          ...this.block(body, `${indent}  `),
          `${indent}}`,
        ];
      }
      case 'let': {
        const { name, value, held } = statement;
        const hold = held && value.type.vector ? ` HOLD(${name});` : '';
        return [`${indent}${registerType(value.type)} ${name} = ${this.#expressions.print(value)};${hold}`];
      }
      case 'set':
        return [`${indent}${statement.name} = ${this.#expressions.print(statement.value)};`];
      case 'store':
        return [`${indent}${this.#store(statement)};`];
      case 'prefetch':
        return [`${indent}__builtin_prefetch(${pointerName(statement.buffer)} + ${printAffine(statement.at)});`];
    }
  }

  #store({ buffer, at, count, value, streamed }: Extract<KernelStatement, { kind: 'store' }>): string {
    const printed = this.#expressions.print(value);
    const element = elementName(this.#buffers[buffer]!);
    if (!value.type.vector)
      return `${pointerName(buffer)}[${printAffine(at)}] = ${element === 'u8' || element === 'mask' ? '(u8)' : ''}${printed}`;
    const to = `${pointerName(buffer)} + ${printAffine(at)}`;
    return count === this.#lanes
      ? `${element}_store${streamed && element === 'f32' ? '_streamed' : ''}(${to}, ${printed})`
      : `${element}_store_first(${to}, ${printed}, ${count})`;
  }
}

function isStreaming(statement: KernelStatement): boolean {
  return statement.kind === 'loop'
    ? statement.body.some(isStreaming)
    : statement.kind === 'store' && !!statement.streamed;
}

/** The buffers that statements read or write. */
function buffersOf(body: readonly KernelStatement[]): Set<number> {
  const used = new Set<number>();
  const visit = (statements: readonly KernelStatement[]): void => {
    for (const statement of statements) {
      if (statement.kind === 'loop') visit(statement.body);
      else if (statement.kind !== 'prefetch')
        visitExpressions(statement.value, (expr) => {
          if (expr.kind === 'load' || expr.kind === 'gather') used.add(expr.buffer);
        });
      if (statement.kind === 'store' || statement.kind === 'prefetch') used.add(statement.buffer);
    }
  };
  visit(body);
  return used;
}
