// What the commands that compute have in common: the backend that the options ask for, and where they print.
import { getBackend, setBackend, type BackendInfo } from '../api.js';
import { nodePlatform } from '../platform/node.js';

/** Starts the package for Node, on the backend and with the threads that the options name. */
export async function startMachine(options: {
  readonly backend: 'native' | 'wasm' | 'reference' | undefined;
  readonly threads: number | undefined;
}): Promise<BackendInfo> {
  // The entry point reads the environment and throws what is wrong with it.
  await import('../node.js');
  const { backend, threads } = options;
  return backend === undefined && threads === undefined ? getBackend() : setBackend({ name: backend, threads });
}

/** Prints a line to standard output. */
export const print = (line: string): void => nodePlatform.terminal.write(`${line}\n`);

export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 2));

/** `backend native, 2 threads` */
export const describeMachine = ({ name, threads }: BackendInfo): string =>
  `backend ${name}, ${threads} thread${threads === 1 ? '' : 's'}`;

/** Results by name as lines: `test accuracy: 0.9775`. */
export function printResults(what: string, results: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(results)) print(`${what} ${name}: ${value.toFixed(4)}`);
}
