// The options of `npm run bench`.
import { parseArgs } from 'node:util';
import { isPeer, measurements, nameOf, type Measurement } from './plan.js';
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

  --only PATTERN  only what the regular expression finds, such as ^first/ or cnn/nacre-wasm-2
  --peers WHICH   none, npm (those of bench/package.json; unless given) or all
  --rounds N      how often the implementations take turns, 5 unless given
  --samples N     at most N samples in an epoch that is timed
  --json FILE     also writes the rows to FILE
  --help          prints this

What there is:
${measurements.map((measurement) => `  ${nameOf(measurement)}`).join('\n')}`;

const peerChoices = ['none', 'npm', 'all'];

/**
 * The options that the command line names, or `help`.
 * @throws Error for those that are not known, or a pattern that finds nothing
 */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      peers: { type: 'string', default: 'npm' },
      rounds: { type: 'string', default: '5' },
      samples: { type: 'string', default: '60000' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (!peerChoices.includes(values.peers))
    throw new Error(`--peers: expected ${peerChoices.join(', ')}, received '${values.peers}'.`);
  const pattern = new RegExp(values.only);
  const withPeers = values.peers !== 'none';
  const chosen = measurements.filter((one) => (withPeers || !isPeer(one)) && pattern.test(nameOf(one)));
  if (chosen.length === 0) throw new Error(`--only: nothing is found by '${values.only}'.`);
  return {
    chosen,
    rounds: wholeNumber('--rounds', values.rounds, 1),
    mostSamples: wholeNumber('--samples', values.samples, batchSize),
    json: values.json,
  };
}

function wholeNumber(name: string, text: string, least: number): number {
  if (!/^[0-9]+$/.test(text) || Number(text) < least)
    throw new Error(`${name}: expected a whole number of at least ${least}, received '${text}'.`);
  return Number(text);
}
