// The worker that reads and writes HDF5 files, as its caller sees it: one file after the other, reading within a time
// and a memory that follow from the file's length. A damaged file can keep the library busy for ever, or break it.
import { messageOf } from '../../base/errors.js';
import type { WorkerHandle } from '../../base/workers.js';
import type { RawGroup, ReadLimits } from './raw.js';
import type { Hdf5Answer, Hdf5Request } from './serve.js';
import { hdf5WorkerStarter, type StartHdf5Worker } from './starter.js';
import { hdf5WorkerSource } from './worker-source.js';

/** A worker that cannot be started: the calling thread does the work. */
export class NoHdf5Worker extends Error {}

const mebibyte = 2 ** 20;

/** A sound file takes a hundredth of it. */
const timeFor = (byteLength: number): number => 1000 + (200 * byteLength) / mebibyte;

/** The file lies outside; inside are the largest array and what the library needs for itself. */
const memoryFor = (byteLength: number): number => 64 * mebibyte + 2 * byteLength;

/** How long a worker without work is kept for the next file. */
const idleMilliseconds = 1000;

/** After so many files that failed, what the library has not given back is given back with its worker. */
const mostFailures = 50;

class Worker {
  readonly #handle: WorkerHandle;
  #failures = 0;
  #isEnded = false;
  #settle: { resolve(answer: Hdf5Answer): void; reject(error: Error): void } | undefined;

  /** What it was started by. */
  readonly start: StartHdf5Worker;

  private constructor(handle: WorkerHandle, start: StartHdf5Worker) {
    this.#handle = handle;
    this.start = start;
  }

  /** @throws NoHdf5Worker if there can be none */
  static async start(start: StartHdf5Worker): Promise<Worker> {
    let worker: Worker | undefined;
    let whenReady!: { resolve(): void; reject(error: Error): void };
    const ready = new Promise<void>((resolve, reject) => (whenReady = { resolve, reject }));
    // It may be refused before anyone waits for it.
    ready.catch(() => undefined);
    try {
      const handle = await start(hdf5WorkerSource, {
        message: (value) => {
          const answer = value as Hdf5Answer;
          if (answer.kind === 'ready') whenReady.resolve();
          else worker?.answered(answer);
        },
        failed: (reason) => {
          whenReady.reject(new NoHdf5Worker(reason));
          worker?.failed(new Error(`the HDF5 library's thread ${reason}`));
        },
      });
      worker = new Worker(handle, start);
      await ready;
      return worker;
    } catch (error) {
      throw error instanceof NoHdf5Worker ? error : new NoHdf5Worker(messageOf(error), { cause: error });
    }
  }

  /** Whether it takes another file. */
  get isUsable(): boolean {
    return !this.#isEnded && this.#failures < mostFailures;
  }

  /** @throws Error with the reason; the worker may have ended then */
  async ask(request: Hdf5Request, transfer: readonly ArrayBuffer[], milliseconds: number): Promise<Hdf5Answer> {
    this.#handle.hold();
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const answer = await new Promise<Hdf5Answer>((resolve, reject) => {
        this.#settle = { resolve, reject };
        const late = `expected it to be read within ${Math.round(milliseconds / 100) / 10} s; it is damaged, or made to take for ever`;
        if (milliseconds < Infinity) timer = setTimeout(() => this.failed(new Error(late)), milliseconds);
        this.#handle.post(request, transfer);
      });
      if (answer.kind !== 'failed') return answer;
      this.#failures++;
      if (answer.isBroken) await this.end();
      throw new Error(answer.message);
    } finally {
      clearTimeout(timer);
      this.#settle = undefined;
      if (!this.#isEnded) this.#handle.release();
    }
  }

  answered(answer: Hdf5Answer): void {
    this.#settle?.resolve(answer);
  }

  failed(error: Error): void {
    const settle = this.#settle;
    // Whatever it is doing still, nobody waits for it.
    void this.end();
    settle?.reject(error);
  }

  /** Lets the process end while it waits for its first file. */
  release(): void {
    if (!this.#isEnded) this.#handle.release();
  }

  async end(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    await this.#handle.terminate();
  }
}

let current: Worker | undefined;
/** What has failed once is not tried for every file. */
let unable: StartHdf5Worker | undefined;
let idle: ReturnType<typeof setTimeout> | undefined;
/** The last request; the next one waits for it. */
let queue: Promise<unknown> = Promise.resolve();

/** In Node, a timer that is not waited for. */
function endWhenIdle(worker: Worker): void {
  idle = setTimeout(() => {
    if (current === worker) current = undefined;
    void worker.end();
  }, idleMilliseconds);
  (idle as { unref?: () => void }).unref?.();
}

/** Does `work` with the worker when all before is done. @throws NoHdf5Worker where there is none */
async function inTurn<Result>(work: (worker: Worker) => Result | Promise<Result>): Promise<Result> {
  const start = hdf5WorkerStarter();
  if (!start || start === unable) throw new NoHdf5Worker('there is none');
  const before = queue;
  let done!: () => void;
  queue = new Promise<void>((resolve) => (done = resolve));
  await before;
  try {
    clearTimeout(idle);
    if (!current?.isUsable || current.start !== start) {
      await current?.end();
      current = undefined;
      current = await Worker.start(start);
    }
    const worker = current;
    const result = await work(worker);
    endWhenIdle(worker);
    return result;
  } catch (error) {
    if (error instanceof NoHdf5Worker) unable = start;
    throw error;
  } finally {
    done();
  }
}

function ask(request: Hdf5Request, transfer: readonly ArrayBuffer[], time: number): Promise<Hdf5Answer> {
  return inTurn((worker) => worker.ask(request, transfer, time));
}

/**
 * Starts the worker, which takes longer than most files take to be read, before there is anything for it to do. Where
 * there is none, nothing happens: whoever reads a file finds out.
 */
export async function startHdf5WorkerAhead(): Promise<void> {
  try {
    await inTurn((worker) => worker.release());
  } catch (error) {
    if (!(error instanceof NoHdf5Worker)) throw error;
  }
}

/**
 * Reads a file in the worker. With `mayTake`, the bytes move there and are empty here afterwards.
 * @throws NoHdf5Worker, with the bytes as they were, where there is none
 * @throws Error with the place in the file and the reason
 */
export async function readInWorker(bytes: Uint8Array, limits: ReadLimits, mayTake: boolean): Promise<RawGroup> {
  const { byteLength, buffer } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  const own = mayTake && isWhole ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
  const request = { kind: 'read', bytes: own, limits, memory: memoryFor(byteLength) } as const;
  const answer = await ask(request, [own.buffer], timeFor(byteLength));
  if (answer.kind !== 'read') throw new Error(`the HDF5 library's thread answered '${answer.kind}'`);
  return answer.root;
}

/** Writes a file in the worker. @throws NoHdf5Worker where there is none */
export async function writeInWorker(root: RawGroup): Promise<Uint8Array<ArrayBuffer>> {
  const transfer: ArrayBuffer[] = [];
  // What is sent goes with all of its buffer, and the caller keeps its arrays.
  const copy = ({ attributes, groups, arrays }: RawGroup): RawGroup => ({
    attributes,
    groups: new Map([...groups].map(([name, group]) => [name, copy(group)])),
    arrays: new Map(
      [...arrays].map(([name, { type, shape, bytes }]) => {
        const own = new Uint8Array(bytes);
        transfer.push(own.buffer);
        return [name, { type, shape, bytes: own }];
      }),
    ),
  });
  const answer = await ask({ kind: 'write', root: copy(root) }, transfer, Infinity);
  if (answer.kind !== 'written') throw new Error(`the HDF5 library's thread answered '${answer.kind}'`);
  return answer.bytes;
}
