#!/usr/bin/env node
// The command `nacre`: a command line in, an exit code out. 0 when all went well, 1 for an error or where no backend
// works, 2 for what is not understood, 130 when Ctrl-C stopped it.
import { errors } from '../api.js';
import { completionScript, type Shell } from './completion.js';
import { examine, nacreVersion } from './doctor.js';
import { helpText } from './help.js';
import { parseCommandLine, UsageError, type Request } from './options.js';
import { printReport } from './print-report.js';

const exitCodes = { success: 0, failure: 1, usage: 2, interrupted: 130 } as const;

async function run(request: Request): Promise<number> {
  switch (request.kind) {
    case 'help':
      console.log(helpText(request.command));
      return exitCodes.success;
    case 'version':
      console.log(await nacreVersion());
      return exitCodes.success;
    case 'train':
      await (await import('./train.js')).train(request.options);
      return exitCodes.success;
    case 'evaluate':
      await (await import('./evaluate.js')).evaluate(request.options);
      return exitCodes.success;
    case 'report':
      await (await import('./report.js')).report(request.options);
      return exitCodes.success;
    case 'predict': {
      const { predict } = await import('./predict.js');
      return (await predict(request.options, request.operands)) ? exitCodes.success : exitCodes.failure;
    }
    case 'summary':
      await (await import('./summary.js')).summary(request.options, request.operands);
      return exitCodes.success;
    case 'convert':
      await (await import('./convert.js')).convert(request.options, request.operands);
      return exitCodes.success;
    case 'doctor': {
      const { quick, json } = request.options;
      if (process.stderr.isTTY && !quick) console.error('Measuring, for about five seconds.');
      const report = await examine(quick);
      console.log(json ? JSON.stringify(report, undefined, 2) : printReport(report));
      return report.used.name === undefined ? exitCodes.failure : exitCodes.success;
    }
    case 'completion': {
      // The operands were compared with the shells there are.
      const shell = request.operands[0] as Shell;
      const script = completionScript(shell);
      console.log(request.options.json ? JSON.stringify({ shell, script }, undefined, 2) : script);
      return exitCodes.success;
    }
  }
}

/** What is wrong in words; the stack only where the error is not one that was foreseen. */
function complain(error: unknown): number {
  if (error instanceof errors.StoppedError) {
    console.error(error.message);
    return exitCodes.interrupted;
  }
  if (error instanceof UsageError) {
    console.error(`${error.message}\nSee nacre ${error.command === undefined ? '' : `${error.command} `}--help.`);
    return exitCodes.usage;
  }
  console.error(error instanceof errors.NacreError ? error.message : error);
  return exitCodes.failure;
}

// `nacre summary | head`: who reads has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.success);
});
process.exitCode = await Promise.resolve(process.argv.slice(2)).then(parseCommandLine).then(run).catch(complain);
