// Where this user's programs keep what can be made again.
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** The parts of the process that decide where the cache is. */
export interface CacheSurroundings {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export const thisProcess = (): CacheSurroundings => ({
  platform: process.platform,
  environment: process.env,
  home: homedir(),
});

/**
 * Nacre's cache folder: `NACRE_CACHE`, else `nacre` in the folder the system has for caches (`XDG_CACHE_HOME` or
 * `~/.cache`; `~/Library/Caches` on macOS; `%LOCALAPPDATA%` on Windows). See the XDG Base Directory Specification.
 */
export function cacheRoot({ platform, environment, home }: CacheSurroundings): string {
  const chosen = environment.NACRE_CACHE;
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'nacre');
  if (platform === 'win32') return join(environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'nacre', 'Cache');
  const configured = environment.XDG_CACHE_HOME;
  // The specification has relative paths ignored.
  return join(configured !== undefined && isAbsolute(configured) ? configured : join(home, '.cache'), 'nacre');
}
