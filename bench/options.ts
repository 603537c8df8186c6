// The options of `npm run bench`.
import { parseArgs } from 'node:util';
import {
  kindOf,
  kinds,
  measurements,
  nameOf,
  originOf,
  usualMeasurements,
  type Measurement,
  type Origin,
} from './plan.js';
import { batchSize } from './workloads.js';

export interface BenchOptions {
  /** What is to be measured. */
  readonly chosen: readonly Measurement[];
  readonly rounds: number;
  /** In an epoch that is timed. */
  readonly mostSamples: number;
  readonly json: string | undefined;
}

export const usage = `npm run bench -- [options]

  --suite WHICH   usual (unless given): trainings, starts and memory, in some minutes; all: also other sizes, inference,
                  products, convolutions, streams and whole trainings, many times as long; or one or more kinds,
                  separated by commas: ${kinds.join(', ')}
  --only PATTERN  only what the regular expression finds, such as ^first/ or cnn/nacre-wasm-2, in any suite
  --skip PATTERN  nothing that the regular expression finds, such as ^cnn-trained/keras
  --peers WHICH   none, npm (those of bench/package.json; unless given) or all (those of bench/peers/ too)
  --rounds N      how often the implementations take turns, 5 unless given
  --samples N     at most N samples in an epoch that is timed, and N calls in a round of what is no training
  --json FILE     also writes the rows to FILE, as far as they have come
  --help          prints this

What is usual:
${list(usualMeasurements)}

What else there is:
${list(measurements.filter((measurement) => !usualMeasurements.includes(measurement)))}`;

function list(some: readonly Measurement[]): string {
  return some.map((measurement) => `  ${nameOf(measurement)}`).join('\n');
}

/** Whose measurements each choice of peers takes. */
const peerChoices: Readonly<Record<string, readonly Origin[]>> = {
  none: ['nacre'],
  npm: ['nacre', 'npm'],
  all: ['nacre', 'npm', 'python'],
};
const suites: Readonly<Record<string, readonly Measurement[]>> = {
  usual: usualMeasurements,
  all: measurements,
  ...Object.fromEntries(kinds.map((kind) => [kind, measurements.filter((one) => kindOf(one) === kind)])),
};

/**
 * The options that the command line names, or `help`.
 * @throws Error for those that are not known, or a pattern that finds nothing
 */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      suite: { type: 'string' },
      only: { type: 'string' },
      skip: { type: 'string' },
      peers: { type: 'string', default: 'npm' },
      rounds: { type: 'string', default: '5' },
      samples: { type: 'string', default: '60000' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const origins = choose('--peers', values.peers, peerChoices);
  // A pattern may name what is not usual.
  const suite = (values.suite ?? (values.only === undefined ? 'usual' : 'all'))
    .split(',')
    .flatMap((name) => choose('--suite', name, suites));
  const [only, skip] = [pattern('--only', values.only), pattern('--skip', values.skip)];
  const chosen = measurements.filter(
    (one) =>
      suite.includes(one) &&
      origins.includes(originOf(one)) &&
      only?.test(nameOf(one)) !== false &&
      skip?.test(nameOf(one)) !== true,
  );
  if (chosen.length === 0) {
    const without = values.skip === undefined ? '' : `, without what --skip '${values.skip}' finds`;
    throw new Error(`--only: nothing is found by '${values.only ?? ''}'${without}.`);
  }
  return {
    chosen,
    rounds: wholeNumber('--rounds', values.rounds, 1),
    mostSamples: wholeNumber('--samples', values.samples, batchSize),
    json: values.json,
  };
}

function pattern(name: string, text: string | undefined): RegExp | undefined {
  try {
    return text === undefined ? undefined : new RegExp(text);
  } catch {
    throw new Error(`${name}: expected a regular expression, received '${text}'.`);
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  if (!/^[0-9]+$/.test(text) || Number(text) < least)
    throw new Error(`${name}: expected a whole number of at least ${least}, received '${text}'.`);
  return Number(text);
}

function choose<Choice>(name: string, text: string, choices: Readonly<Record<string, Choice>>): Choice {
  const choice = Object.hasOwn(choices, text) ? choices[text] : undefined;
  if (choice === undefined)
    throw new Error(`${name}: expected ${Object.keys(choices).join(', ')}, received '${text}'.`);
  return choice;
}
