// What every worker does: loads programs, runs them, and looks after its own memory where it has one. messages.ts says what
// it is sent and what it answers. The function is sent to workers as text: it uses nothing but what it is given, the
// language, WebAssembly and, for native code, Node's process.dlopen.
import type { Run, Watch } from './code.js';
import type { MailboxTerms } from './mailbox.js';
import type { Answer, CodeMessage, Order, Request, StartMessage } from './messages.js';

type Message = { readonly request?: number } & (StartMessage | Order | Request);

/** Node's parentPort and a page's worker scope have the same. */
export interface WorkerPort {
  onmessage: ((event: { readonly data: Message }) => void) | null;
  postMessage(message: Answer | { readonly kind: 'done'; readonly request: number }, transfer?: ArrayBuffer[]): void;
}

type ActionFor<M> = (message: M) => ArrayBuffer | undefined;

export function serveRuns(port: WorkerPort, { words, states, byteLength, patience }: MailboxTerms): void {
  const pageBytes = 65536;
  const runs = new Map<number, Run>();
  let thread = 0;
  let memory: WebAssembly.Memory;
  let mailbox: Int32Array | undefined;
  let watch: Watch | undefined;
  let received = 0;

  // The largest address space there is: a memory cannot be given a larger one later.
  const createMemory = (): WebAssembly.Memory => {
    for (let maximum = 65536; ; maximum /= 2) {
      try {
        return new WebAssembly.Memory({ initial: 1, maximum });
      } catch (error) {
        if (maximum <= 1024) throw error;
      }
    }
  };

  const load = (code: CodeMessage): Run => {
    if (code.kind === 'wasm') return new WebAssembly.Instance(code.module, { env: { memory } }).exports.run as Run;
    const loaded = {
      exports: {} as {
        run: (bytes: Uint8Array, program: number, ...numbers: Parameters<Run>) => void;
        watch: (bytes: Uint8Array, ...numbers: Parameters<Watch>) => void;
      },
    };
    process.dlopen(loaded, code.path);
    const { run, watch: watchBytes } = loaded.exports;
    // A memory that grows stays where it is.
    const bytes = new Uint8Array(memory.buffer);
    watch = (address, value) => watchBytes(bytes, address, value);
    return (number, threads, steps, table, control) => run(bytes, code.number, number, threads, steps, table, control);
  };

  // Looks for runs in the mailbox until none has come for a while, or the owner wants to say something else.
  const linger = (): void => {
    if (mailbox === undefined) return;
    const box = mailbox;
    const stateAddress = box.byteOffset + 4 * words.state;
    const set = (state: number): void => void Atomics.store(box, words.state, state);
    const pause = (Atomics as { pause?: () => void }).pause || (() => undefined);
    box[words.received] = received;
    set(states.waiting);
    let last = performance.now();
    for (let until = last + patience; ;) {
      for (let look = 0; look < (watch ? 1 : 100); look++) {
        // The owner may have been put on the same processor, and has to have it to give a run.
        if (watch) watch(stateAddress, states.waiting);
        const state = Atomics.load(box, words.state);
        if (state === states.away) return;
        if (state === states.given) {
          if (Atomics.compareExchange(box, words.state, state, states.taken) !== state) continue;
          try {
            const run = runs.get(box[words.program]!)!;
            run(thread, box[words.threads]!, box[words.steps]!, box[words.table]!, box[words.control]!);
          } catch (error) {
            set(states.away);
            throw error;
          }
          const request = box[words.request]!;
          set(states.waiting);
          if (request > 0) port.postMessage({ kind: 'done', request });
          last = performance.now();
          until = last + patience;
          look = 0;
        }
        pause();
      }
      // While another program had the processor, nothing was looked at.
      const now = performance.now();
      if (now - last > patience / 4) until += now - last;
      last = now;
      if (now < until) continue;
      if (Atomics.compareExchange(box, words.state, states.waiting, states.away) !== states.given) return;
    }
  };

  const actions: { readonly [Kind in Message['kind']]: ActionFor<Extract<Message, { kind: Kind }>> } = {
    start: (message) => {
      thread = message.thread;
      memory = message.memory || createMemory();
      return undefined;
    },
    load: ({ program, code }) => {
      runs.set(program, load(code));
      return undefined;
    },
    unload: ({ program }) => {
      runs.delete(program);
      return undefined;
    },
    // The first worker has none: its part is the owner's, who is busy between runs and needs a processor for it.
    mailbox: ({ address }) => {
      if (thread > 0) mailbox = new Int32Array(memory.buffer, address + thread * byteLength, byteLength / 4);
      return undefined;
    },
    linger: () => undefined,
    grow: ({ byteLength: wanted }) => {
      const pages = Math.ceil((wanted - memory.buffer.byteLength) / pageBytes);
      try {
        if (pages > 0) memory.grow(pages);
      } catch (error) {
        throw new Error(
          `there are no ${wanted} bytes of memory (${(error as Error).message}); use a smaller batch or fewer samples at a time`,
          { cause: error },
        );
      }
      return undefined;
    },
    write: ({ address, bytes }) => {
      new Uint8Array(memory.buffer).set(bytes, address);
      return undefined;
    },
    run: ({ program, threads, steps, table, control }) => {
      runs.get(program)!(thread, threads, steps, table, control);
      return undefined;
    },
    read: ({ address, byteLength: length }) => memory.buffer.slice(address, address + length),
  };

  port.onmessage = ({ data }) => {
    try {
      received++;
      const value = (actions[data.kind] as ActionFor<Message>)(data);
      if (data.request !== undefined)
        port.postMessage({ kind: 'done', request: data.request, value }, value === undefined ? [] : [value]);
      if (data.kind === 'run' || data.kind === 'linger') linger();
      else if (mailbox !== undefined) Atomics.store(mailbox, words.received, received);
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : { message: String(error), stack: 'undefined' };
      port.postMessage({ kind: 'failed', doing: data.kind, message, stack: String(stack) });
    }
  };
}
