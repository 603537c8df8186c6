#!/usr/bin/env node
// The command `nacre`: a command line in, an exit code out. 0 when all went well, 1 for an error or where no backend
// works, 2 for what is not known.
import { errors } from '../api.js';
import { examine, nacreVersion } from './doctor.js';
import { helpText, parseCommandLine, UsageError } from './options.js';
import { printReport } from './print-report.js';

const exitCodes = { success: 0, failure: 1, usage: 2 } as const;

async function main(args: readonly string[]): Promise<number> {
  const request = parseCommandLine(args);
  switch (request.kind) {
    case 'help':
      console.log(helpText(request.command));
      return exitCodes.success;
    case 'version':
      console.log(await nacreVersion());
      return exitCodes.success;
    case 'doctor': {
      if (process.stderr.isTTY && !request.quick) console.error('Measuring, for about five seconds.');
      const report = await examine(request.quick);
      console.log(request.json ? JSON.stringify(report, undefined, 2) : printReport(report));
      return report.used.name === undefined ? exitCodes.failure : exitCodes.success;
    }
  }
}

/** What is wrong in words; the stack only where the error is not one that was foreseen. */
function complain(error: unknown): number {
  if (error instanceof UsageError) {
    console.error(`${error.message}\nSee nacre --help.`);
    return exitCodes.usage;
  }
  console.error(error instanceof errors.NacreError ? error.message : error);
  return exitCodes.failure;
}

process.exitCode = await main(process.argv.slice(2)).catch(complain);
