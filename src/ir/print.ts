// The IRs as text, for people and for golden tests: graphs a node a line, kernels as indented loops.
import { formatShape } from '../base/shape.js';
import { describe } from './build.js';
import { topologicalOrder, type AxisIndex, type GraphNode } from './graph.js';
import type { Affine, Kernel, KernelBinary, KernelExpr, KernelProgram, KernelStatement, ValueType } from './kernel.js';
import { rootsOf, type Program } from './program.js';

/** A number as text; unlike String, with the sign of zero. */
function formatNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** `2*i + j - 3`; `0` for nothing. */
function formatSum(offset: number, terms: readonly { readonly name: string; readonly coefficient: number }[]): string {
  let text = '';
  const append = (size: string, negative: boolean): void => {
    if (text === '') text = negative ? `-${size}` : size;
    else text += `${negative ? ' - ' : ' + '}${size}`;
  };
  for (const { name, coefficient } of terms) {
    const size = Math.abs(coefficient);
    append(size === 1 ? name : `${size}*${name}`, coefficient < 0);
  }
  if (offset !== 0 || text === '') append(String(Math.abs(offset)), offset < 0);
  return text;
}

function formatAxisIndex({ offset, terms }: AxisIndex): string {
  return formatSum(
    offset,
    terms.map(({ loop, coefficient }) => ({ name: `i${loop}`, coefficient })),
  );
}

/** The attributes of a node as ` name=value` each; nothing for the ops that have none. */
function formatAttributes(node: GraphNode): string {
  switch (node.op) {
    case 'parameter':
      return ` index=${node.attributes.index}`;
    case 'data':
      return node.attributes.source.array instanceof Promise ? ' pending' : '';
    case 'constant':
      return ` value=${formatNumber(node.attributes.value)}`;
    case 'iota':
    case 'concat':
      return ` axis=${node.attributes.axis}`;
    case 'random':
      return ` stream=${node.attributes.stream}`;
    case 'reduce': {
      const { kind, axes, ties } = node.attributes;
      return ` kind=${kind} axes=${formatShape(axes)}${kind === 'max' || kind === 'min' ? ` ties=${ties}` : ''}`;
    }
    case 'argMax':
    case 'permute':
      return ` axes=${formatShape(node.attributes.axes)}`;
    case 'contract': {
      const { loops, outputRank, a, b } = node.attributes;
      const loopText = `[${loops.slice(0, outputRank).join(', ')} | ${loops.slice(outputRank).join(', ')}]`;
      return ` loops=${loopText} a=[${a.map(formatAxisIndex).join(', ')}] b=[${b.map(formatAxisIndex).join(', ')}]`;
    }
    case 'slice':
      return ` axes=[${node.attributes.axes.map(({ start, size, step }) => `${start} size ${size} step ${step}`).join(', ')}]`;
    case 'pad': {
      const { axes, value } = node.attributes;
      const sides = axes.map(({ low, high, interior }) => `${low}:${high}${interior === 0 ? '' : `:${interior}`}`);
      return ` axes=[${sides.join(', ')}] value=${formatNumber(value)}`;
    }
    case 'window':
    case 'fold':
      return ` axes=[${node.attributes.axes
        .map(({ axis, size, stride, dilation }) => `${axis} size ${size} stride ${stride} dilation ${dilation}`)
        .join(', ')}]`;
    default:
      return '';
  }
}

/** Prints nodes and gives each its number, counted from 1 in the order of printing: ids differ from run to run. */
function printNodes(roots: readonly GraphNode[]): { lines: string[]; nameOf: (node: GraphNode) => string } {
  const names = new Map<GraphNode, string>();
  const nameOf = (node: GraphNode): string => names.get(node)!;
  const lines = topologicalOrder(roots).map((node) => {
    const inputs = node.inputs.map((input) => ` ${nameOf(input)}`).join('');
    names.set(node, `%${names.size + 1}`);
    return `${nameOf(node)} = ${node.op} ${describe(node)}${inputs}${formatAttributes(node)}`;
  });
  return { lines, nameOf };
}

/** All nodes that `outputs` depend on, one a line: `%3 = mul float32 [32, 128] %1 %2`; then the outputs. */
export function printGraph(outputs: readonly GraphNode[]): string {
  const { lines, nameOf } = printNodes(outputs);
  return [...lines, `return${outputs.map((node) => ` ${nameOf(node)}`).join('')}`, ''].join('\n');
}

/** All nodes of a program, its outputs and the updates of its state. */
export function printProgram(program: Program): string {
  const { lines, nameOf } = printNodes([...program.parameters, ...rootsOf(program)]);
  return [
    ...lines,
    ...program.outputs.map((node, index) => `output ${index} = ${nameOf(node)}`),
    ...program.updates.map(
      ({ parameter, value }) => `update ${nameOf(program.parameters[parameter]!)} = ${nameOf(value)}`,
    ),
    '',
  ].join('\n');
}

/** `f32` for a scalar, `f32v` for a vector. */
export function formatType({ lane, vector }: ValueType): string {
  return vector ? `${lane}v` : lane;
}

/** `4*i + 3` */
export function formatAffine({ offset, terms }: Affine): string {
  return formatSum(
    offset,
    terms.map(({ variable, coefficient }) => ({ name: variable, coefficient })),
  );
}

const infix: { readonly [Op in KernelBinary]?: string } = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  and: '&',
  or: '|',
  xor: '^',
  equal: '==',
  notEqual: '!=',
  less: '<',
  lessEqual: '<=',
  greater: '>',
  greaterEqual: '>=',
};

const shifts = { shiftLeft: '<<', shiftRightLogical: '>>>', shiftRightArithmetic: '>>' } as const;

/** The name of a buffer, with its number where another has the same name. */
export function bufferName(program: KernelProgram, buffer: number): string {
  const name = program.buffers[buffer]?.name;
  if (name === undefined) return `unknown#${buffer}`;
  return program.buffers.filter((other) => other.name === name).length > 1 ? `${name}#${buffer}` : name;
}

function formatConstant(value: number, { lane, vector }: ValueType): string {
  let text = lane === 'mask' ? String(value !== 0) : formatNumber(value);
  if (lane === 'f32' && /^-?\d+$/.test(text)) text += '.0';
  return vector ? `<${text}>` : text;
}

/**
 * A value as one line. `x[4*i]` is a scalar of buffer x, `x[4*i ..+4]` a vector of 4 elements, `<2.0>` a vector of equal
 * constants.
 */
export function formatExpr(expr: KernelExpr, program: KernelProgram): string {
  const inner = (value: KernelExpr): string => formatExpr(value, program);
  switch (expr.kind) {
    case 'number':
      return formatConstant(expr.value, expr.type);
    case 'register':
      return expr.name;
    case 'position':
      return `position(${formatAffine(expr.at)})`;
    case 'laneNumbers':
      return `laneNumbers(${expr.step})`;
    case 'load': {
      const extent = expr.type.vector ? ` ..+${expr.count}${expr.stride === 1 ? '' : ` by ${expr.stride}`}` : '';
      return `${bufferName(program, expr.buffer)}[${formatAffine(expr.at)}${extent}]`;
    }
    case 'gather': {
      const index = `${inner(expr.index)}${expr.scale === 1 ? '' : ` * ${expr.scale}`}`;
      return `gather(${bufferName(program, expr.buffer)}[${formatAffine(expr.at)} ..+${expr.count}], ${index})`;
    }
    case 'splat':
      return `splat(${inner(expr.value)})`;
    case 'unary':
      return `${expr.op}(${inner(expr.value)})`;
    case 'binary': {
      const sign = infix[expr.op];
      if (sign !== undefined) return `(${inner(expr.a)} ${sign} ${inner(expr.b)})`;
      return `${expr.op}(${inner(expr.a)}, ${inner(expr.b)})`;
    }
    case 'shift':
      return `(${inner(expr.value)} ${shifts[expr.op]} ${expr.bits})`;
    case 'select':
      return `select(${inner(expr.mask)}, ${inner(expr.a)}, ${inner(expr.b)})`;
    case 'horizontal':
      return `horizontal ${expr.op}(${inner(expr.value)})`;
    case 'lane':
      return `lane ${expr.lane}(${inner(expr.value)})`;
  }
}

/** A value at the right of an equals sign, where outer brackets say nothing. */
function formatRight(expr: KernelExpr, program: KernelProgram): string {
  const text = formatExpr(expr, program);
  const bracketed = expr.kind === 'shift' || (expr.kind === 'binary' && infix[expr.op] !== undefined);
  return bracketed ? text.slice(1, -1) : text;
}

/** One statement as lines; the body of a loop is indented. */
export function formatStatement(statement: KernelStatement, program: KernelProgram): string[] {
  switch (statement.kind) {
    case 'loop': {
      const { variable, begin, end, step, body } = statement;
      const head = `for ${variable} in ${begin}..${end}${step === 1 ? '' : ` step ${step}`}`;
      return [head, ...body.flatMap((child) => formatStatement(child, program)).map((line) => `  ${line}`)];
    }
    case 'let': {
      const { name, value, held } = statement;
      return [`${held ? 'held ' : ''}let ${name}: ${formatType(value.type)} = ${formatRight(value, program)}`];
    }
    case 'set':
      return [`${statement.name} = ${formatRight(statement.value, program)}`];
    case 'store': {
      const { buffer, at, count, value, streamed } = statement;
      const extent = value.type.vector ? ` ..+${count}` : '';
      const place = `${bufferName(program, buffer)}[${formatAffine(at)}${extent}]`;
      return [`${streamed ? 'streamed ' : ''}${place} = ${formatRight(value, program)}`];
    }
    case 'prefetch':
      return [`prefetch ${bufferName(program, statement.buffer)}[${formatAffine(statement.at)}]`];
  }
}

/** A kernel as indented text. */
export function printKernel(kernel: Kernel, program: KernelProgram): string {
  const { name, comment, chunks, chunkVariable, flops, body } = kernel;
  const head = `kernel ${name}: ${chunkVariable} in 0..${chunks}, ${flops} flops; ${comment}`;
  return [head, ...body.flatMap((child) => formatStatement(child, program)).map((line) => `  ${line}`), ''].join('\n');
}

/** All buffers, then the kernels of every phase. */
export function printKernels(program: KernelProgram): string {
  const buffers = program.buffers.map(({ dtype, length, place }, index) => {
    const where = 'index' in place ? `${place.kind} ${place.index}` : `${place.kind} at byte ${place.byteOffset}`;
    return `buffer ${bufferName(program, index)}: ${dtype} [${length}], ${where}\n`;
  });
  const phases = program.phases.map(
    (kernels, phase) => `phase ${phase}\n${kernels.map((kernel) => printKernel(kernel, program)).join('')}`,
  );
  return [...buffers, ...phases].join('');
}
