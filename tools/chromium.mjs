// Finds the Chromium that browser tests drive. None is downloaded: it comes with the system or from NACRE_CHROMIUM.
import { existsSync } from 'node:fs';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * The path of Chromium's (or Chrome's) executable, undefined where there is none or NACRE_CHROMIUM is `none`.
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {string | undefined}
 * @throws Error if NACRE_CHROMIUM names a file that does not exist.
 */
export function findChromium(environment = process.env) {
  const named = environment.NACRE_CHROMIUM ?? '';
  if (named === 'none') return undefined;
  if (named === '') return usualPlaces.find((path) => existsSync(path));
  if (existsSync(named)) return named;
  throw new Error(
    `NACRE_CHROMIUM: expected the path of Chromium, or "none" to do without it, received "${named}", which does not exist.`,
  );
}

/**
 * Playwright's options for a headless start. A container's root user needs Chromium's sandbox off.
 * @param {string} executablePath
 */
export function launchOptions(executablePath) {
  const isRoot = process.getuid?.() === 0;
  return { executablePath, headless: true, args: isRoot ? ['--no-sandbox'] : [] };
}
