// The platform that the program runs on, for the code above: an entry point sets it once, as it is loaded.
import { InternalError } from '../base/errors.js';
import type { Platform } from './platform.js';

let current: Platform | undefined;

export function setPlatform(platform: Platform): void {
  current = platform;
}

/** @throws InternalError if no entry point has set it. */
export function platform(): Platform {
  if (current === undefined)
    throw new InternalError(
      "No platform is set. Import 'nacre' itself, whose entry points set it, not one of its files.",
    );
  return current;
}
