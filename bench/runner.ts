// Starts a process that holds an implementation in Node, and asks it for what it can do.
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Reply, Request } from './child.js';
import { Unavailable, type Expectation, type Implementation, type Setting } from './implementation.js';

/** One implementation of one workload, in a process of its own. */
export interface Runner extends Implementation {
  /**
   * Loads the implementation.
   * @returns the version of what is measured, where there is one
   * @throws Unavailable where it is not installed, or does not run on this machine
   */
  create(): Promise<string | undefined>;
  /** Ends the process. */
  close(): void;
}

/** What a reply holds. @throws Error with what the process complains of */
export function valueOf(reply: Reply): unknown {
  if ('unavailable' in reply) throw new Unavailable(reply.unavailable);
  if ('error' in reply) throw new Error(reply.error);
  return reply.value;
}

/** An implementation in a process of Node's. */
export class NodeRunner implements Runner {
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

  async #ask(request: Request): Promise<unknown> {
    const reply = await new Promise<Reply>((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`its process ended (${code})`));
      this.#child.once('exit', onExit);
      this.#child.once('message', (message: Reply) => {
        this.#child.off('exit', onExit);
        resolve(message);
      });
      this.#child.send(request);
    });
    return valueOf(reply);
  }

  async create(): Promise<string | undefined> {
    return (await this.#ask({ method: 'create', setting: this.#setting })) as string | undefined;
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

  close(): void {
    this.#child.kill();
  }
}
