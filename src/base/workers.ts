// What the runtime asks of the threads a platform offers: start one from source text, talk to it by messages, end it.

/** What a worker tells the thread that started it. */
export interface WorkerListener {
  /** It posted a message. */
  message(value: unknown): void;
  /** It could not start, or ended without being told to; nothing more comes from it. `reason` is a sentence's end. */
  failed(reason: string): void;
}

export interface WorkerHandle {
  /** Sends a message; what `transfer` lists moves there and is empty here afterwards. */
  post(message: object, transfer?: readonly ArrayBuffer[]): void;
  /** Makes the process wait for this worker, as it does from its start on. */
  hold(): void;
  /** Lets the process end while this worker is idle. */
  release(): void;
  /** Ends it at once, whatever it is doing. */
  terminate(): Promise<void>;
}

export interface Workers {
  /** Threads that the machine runs at the same time. */
  readonly processors: number;
  /** Whether workers can share memory with the thread that starts them. */
  readonly canShareMemory: boolean;
  /** Whether the thread that starts workers may wait for them as they wait for each other: a page's own may not. */
  readonly callerMayWait?: boolean;
  /**
   * Calls `listener`, which has to be synchronous, when the process ends and before it waits for workers; the function
   * returned withdraws that. Left out where workers end whatever they do.
   */
  readonly onExit?: (listener: () => void) => () => void;
  /**
   * Starts a worker from a script in plain JavaScript that needs no other file.
   * @param name shown by debuggers
   * @throws whatever the platform throws where it does not allow workers
   */
  start(script: string, name: string, listener: WorkerListener): WorkerHandle;
}
