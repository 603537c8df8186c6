// Connects the parts at start: backends to the engine, the platform's terminal to what models print, its files to what
// they write.
import { readFlags, setFlags } from './base/flags.js';
import { Engine, setEngine } from './engine/engine.js';
import { setHdf5Worker, type StartHdf5Worker } from './formats/hdf5/starter.js';
import { setConsole } from './nn/console.js';
import { setFiles } from './nn/files.js';
import { setReporter, type Reporter } from './nn/reporting.js';
import { setPlaceServices } from './nn/saving/places/schemes.js';
import { setPlatform } from './platform/current.js';
import type { Platform } from './platform/platform.js';
import { setPictureServices, type PictureServices } from './plot/services.js';
import type { BackendFactory } from './runtime/backend.js';
import { defaultThreads } from './runtime/pool.js';

export interface StartOptions {
  readonly platform: Platform;
  /** In order of preference. */
  readonly backends: readonly BackendFactory[];
  /** The variables of the environment, where there is one. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How the worker is started that reads HDF5 files. */
  readonly hdf5Worker?: StartHdf5Worker | undefined;
  /** What draws and shows pictures. */
  readonly pictures?: PictureServices | undefined;
  /**
   * What `model.report` calls. A page is not given any: what draws pictures would be part of every page that trains.
   */
  readonly reporter?: Reporter | undefined;
}

/** Called once by each entry point, before anything of the package is used. */
export function start({ platform, backends, environment, hdf5Worker, pictures, reporter }: StartOptions): void {
  const flags = readFlags(
    environment,
    backends.map(({ name }) => name),
  );
  setFlags(flags);
  setPlatform(platform);
  if (pictures !== undefined) setPictureServices(pictures);
  if (reporter !== undefined) setReporter(reporter);
  const threads = flags.threads ?? defaultThreads(platform.workers);
  setEngine(new Engine({ backends, threads, preferred: flags.backend, warn: (message) => platform.warn(message) }));
  setFiles(platform.files);
  setHdf5Worker(hdf5Worker);
  setPlaceServices(platform);
  const { terminal, clock } = platform;
  setConsole({
    isTerminal: terminal.isTerminal,
    colour: terminal.colour,
    get columns() {
      return terminal.columns;
    },
    write: (text) => terminal.write(text),
    warn: (message) => platform.warn(message),
    now: () => clock.now(),
    timer: () => clock.now(),
  });
}
