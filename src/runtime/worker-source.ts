// The script of every worker, as text: it is started from a string in Node and from a blob on a page, so that neither
// bundlers nor paths have to be right.
import { mailboxTerms } from './mailbox.js';
import { serveRuns } from './serve-runs.js';

/** Plain JavaScript for both platforms. */
export const workerSource = `'use strict';
// Some bundlers name functions by a function of their own.
const __name = (made) => made;
(${String(serveRuns)})(
  globalThis.process?.getBuiltinModule?.('node:worker_threads')?.parentPort ?? globalThis,
  ${JSON.stringify(mailboxTerms)},
);
`;
