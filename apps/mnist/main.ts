// The command `npm run mnist`: options in, exit code out. 0 when all went well, 1 for an error, 2 for options that are
// not known, 130 when Ctrl-C stopped it.
import { errors } from 'nacre';
import { interruption } from './interruption.js';
import { helpText, parseOptions, UsageError } from './options.js';
import { checkWritable, writeReport } from './report.js';
import { checkFolder, writeFolder } from './report-folder.js';
import { train } from './train.js';

const exitCodes = { failure: 1, usage: 2, interrupted: 130 } as const;

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === 'help') {
    console.log(helpText());
    return 0;
  }
  if (options.json !== undefined) await checkWritable(options.json);
  if (options.report) await checkFolder(options.report);
  const signal = interruption();
  const trained = await train(options, signal);
  if (options.json !== undefined) await writeReport(options.json, trained.report);
  if (options.report !== false) await writeFolder(trained, options.report, signal);
  return 0;
}

/** What is wrong in words; the stack only where the error is not one that was foreseen. */
function complain(error: unknown): number {
  if (error instanceof errors.StoppedError) {
    console.error(error.message);
    return exitCodes.interrupted;
  }
  if (error instanceof UsageError) {
    console.error(`${error.message}\nSee npm run mnist -- --help.`);
    return exitCodes.usage;
  }
  console.error(error instanceof errors.NacreError ? error.message : error);
  return exitCodes.failure;
}

process.exitCode = await main(process.argv.slice(2)).catch(complain);
