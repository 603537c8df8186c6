// Starts a process that holds an implementation, and asks it for what it can do.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Reply, Request } from './child.js';
import type { Expectation, Implementation, Setting } from './implementation.js';

/** One implementation of one workload, in a process of its own. */
export class Runner implements Implementation {
  readonly #setting: Setting;
  readonly #child: ChildProcess;

  constructor(setting: Setting) {
    this.#setting = setting;
    this.#child = fork(fileURLToPath(new URL('child.js', import.meta.url)), {
      // Weights travel as typed arrays.
      serialization: 'advanced',
      // What a library prints must not get into the table.
      stdio: ['ignore', process.stderr.fd, process.stderr.fd, 'ipc'],
    });
  }

  #ask(request: Request): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`its process ended (${code})`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (reply: Reply) => {
        this.#child.off('exit', onExit);
        if ('error' in reply) reject(new Error(reply.error));
        else resolve(reply.value);
      });
      this.#child.send(request);
    });
  }

  /** Loads the implementation. */
  async create(): Promise<void> {
    await this.#ask({ method: 'create', setting: this.#setting });
  }

  async expectation(): Promise<Expectation> {
    return (await this.#ask({ method: 'expectation' })) as Expectation;
  }

  async check(expected: Expectation): Promise<string | undefined> {
    return (await this.#ask({ method: 'check', expected })) as string | undefined;
  }

  async round(): Promise<number[]> {
    return (await this.#ask({ method: 'round' })) as number[];
  }

  /** Ends the process. */
  close(): void {
    this.#child.kill();
  }
}
