// Where models and callbacks keep files: checkpoints, logs. An entry point connects it to the platform's files.
import { StateError } from '../base/errors.js';
import type { Files } from '../base/files.js';

let current: Files | undefined;

/** Connects what models and callbacks write to `files`. */
export function setFiles(files: Files): void {
  current = files;
}

/** The files that models and callbacks write to. @throws StateError where no entry point has connected any */
export function activeFiles(): Files {
  if (current === undefined)
    throw new StateError("There are no files to write to. Import 'nacre' itself, whose entry points connect them.");
  return current;
}
