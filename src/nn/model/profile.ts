// model.profile: where the time of a training step goes. The step is that of fit, over copies of all that it changes.
import type { Profile } from '../../base/profile.js';
import { RandomStream } from '../../base/random.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { checkBoolean, checkWhole } from '../check.js';
import { activeConsole } from '../console.js';
import type { Compiled } from './compiled.js';
import type { ModelData } from './data.js';
import type { TrainableModel } from './fit.js';
import { passOver, prepare } from './prepare.js';
import { trainStep } from './steps.js';

export interface ProfileOptions {
  /** Samples in a batch; 32 unless given. */
  readonly batchSize?: number;
  /** Whether the table is printed; true unless given. */
  readonly print?: boolean;
  /** Most characters in a line of the table; the terminal's width unless given, or 100 where there is none. */
  readonly lineLength?: number;
  /** Called once with the whole text, instead of printing it. */
  readonly printFn?: (text: string) => void;
}

const optionNames = [
  'batchSize',
  'print',
  'lineLength',
  'printFn',
] as const satisfies readonly (keyof ProfileOptions)[];

const usualLength = 100;
/** Any order will do, but one in which neighbours in a batch are not neighbours in memory. */
const orderSeed = 1;

/** @throws ValueError for a value outside what is allowed, or an unknown option */
function checkOptions(options: ProfileOptions): { readonly batchSize: number; readonly print: boolean } {
  rejectUnknownOptions('profile', options, optionNames);
  if (options.lineLength !== undefined) checkWhole(options.lineLength, 'profile: lineLength');
  return {
    batchSize: checkWhole(options.batchSize ?? 32, 'profile: batchSize'),
    print: checkBoolean(options.print ?? true, 'profile: print'),
  };
}

export async function profile(
  model: TrainableModel,
  compiled: Compiled,
  x: ModelData,
  y: ModelData,
  options: ProfileOptions,
): Promise<Profile> {
  const { batchSize, print } = checkOptions(options);
  const data = await prepare(model, compiled, 'profile', x, y);
  const { optimizer, measured } = compiled;
  const training = { optimizer, loss: measured.loss, variables: compiled.variablesOf(model) };
  const metrics = compiled.newMetrics(data.y.shape, data.outputShape);
  const pass = await passOver(data, { batchSize, ordered: true, endless: true }, (batch, rows) => {
    trainStep(model, training, metrics, batch, rows);
  });
  try {
    pass.start(new RandomStream(orderSeed).permutation(data.x.shape[0]!));
    const result = await pass.profile();
    if (print) printProfile(result, options);
    return result;
  } finally {
    pass.dispose();
  }
}

function printProfile(result: Profile, { lineLength, printFn }: ProfileOptions): void {
  const output = activeConsole();
  const text = result.toString(lineLength ?? (output.isTerminal ? output.columns : usualLength));
  if (printFn) printFn(text);
  else output.write(text);
}
