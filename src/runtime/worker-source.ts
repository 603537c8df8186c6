// The script of every worker, as text: it is started from a string in Node and from a blob on a page, so that neither
// bundlers nor paths have to be right. messages.ts says what it is sent and what it answers.

import { mailboxByteLength, mailboxStates, mailboxWords, patienceMilliseconds } from './mailbox.js';

/**
 * Plain JavaScript for both platforms; it uses nothing but the language, messages, WebAssembly and, for native code, Node's
 * process.dlopen. What is to be said of it stands here, since every page would carry it within:
 *
 * - `port`: Node's parentPort and a page's worker scope have the same onmessage and postMessage.
 * - `createMemory`: the largest address space there is, since a memory cannot be given a larger one later.
 * - `loaders.native`: a memory that grows stays where it is.
 * - `linger` looks for runs in the mailbox until none has come for a while, or the owner wants to say something else.
 * - `mailbox`: the first worker has none: its part is the owner's, who is busy between runs and needs a processor for it.
 */
export const workerSource = `'use strict';
(() => {
  const port = globalThis.process?.getBuiltinModule?.('node:worker_threads')?.parentPort ?? globalThis;
  const pageBytes = 65536;
  const runs = new Map();
  let thread = 0;
  let memory;
  let mailbox;
  let received = 0;

  const createMemory = () => {
    for (let maximum = 65536; ; maximum /= 2) {
      try {
        return new WebAssembly.Memory({ initial: 1, maximum });
      } catch (error) {
        if (maximum <= 1024) throw error;
      }
    }
  };

  const loaders = {
    wasm: ({ module }) => new WebAssembly.Instance(module, { env: { memory } }).exports.run,
    native: ({ path, number }) => {
      const loaded = { exports: {} };
      process.dlopen(loaded, path);
      const { run } = loaded.exports;
      const bytes = new Uint8Array(memory.buffer);
      return (thread, threads, steps, table, control) => run(bytes, number, thread, threads, steps, table, control);
    },
  };

  const linger = () => {
    if (mailbox === undefined) return;
    const pause = Atomics.pause ?? (() => undefined);
    mailbox[${mailboxWords.received}] = received;
    Atomics.store(mailbox, ${mailboxWords.state}, ${mailboxStates.waiting});
    let last = performance.now();
    for (let until = last + ${patienceMilliseconds}; ; ) {
      for (let look = 0; look < 100; look++) {
        const state = Atomics.load(mailbox, ${mailboxWords.state});
        if (state === ${mailboxStates.away}) return;
        if (state === ${mailboxStates.given}) {
          if (Atomics.compareExchange(mailbox, ${mailboxWords.state}, state, ${mailboxStates.taken}) !== state) continue;
          try {
            runs.get(mailbox[${mailboxWords.program}])(thread, mailbox[${mailboxWords.threads}],
              mailbox[${mailboxWords.steps}], mailbox[${mailboxWords.table}], mailbox[${mailboxWords.control}]);
          } catch (error) {
            Atomics.store(mailbox, ${mailboxWords.state}, ${mailboxStates.away});
            throw error;
          }
          const request = mailbox[${mailboxWords.request}];
          Atomics.store(mailbox, ${mailboxWords.state}, ${mailboxStates.waiting});
          if (request > 0) port.postMessage({ kind: 'done', request });
          last = performance.now();
          until = last + ${patienceMilliseconds};
          look = 0;
        }
        pause();
      }
      // While another program had the processor, nothing was looked at.
      const now = performance.now();
      if (now - last > ${patienceMilliseconds / 4}) until += now - last;
      last = now;
      if (now < until) continue;
      const state = Atomics.compareExchange(mailbox, ${mailboxWords.state}, ${mailboxStates.waiting}, ${mailboxStates.away});
      if (state !== ${mailboxStates.given}) return;
    }
  };

  const actions = {
    start: (message) => {
      thread = message.thread;
      memory = message.memory ?? createMemory();
    },
    load: ({ program, code }) => {
      runs.set(program, loaders[code.kind](code));
    },
    unload: ({ program }) => {
      runs.delete(program);
    },
    mailbox: ({ address }) => {
      if (thread > 0) mailbox = new Int32Array(memory.buffer, address + thread * ${mailboxByteLength}, ${mailboxByteLength / 4});
    },
    linger: () => undefined,
    grow: ({ byteLength }) => {
      const pages = Math.ceil((byteLength - memory.buffer.byteLength) / pageBytes);
      try {
        if (pages > 0) memory.grow(pages);
      } catch (error) {
        throw new Error('there are no ' + byteLength + ' bytes of memory (' + error.message +
          '); use a smaller batch or fewer samples at a time');
      }
    },
    write: ({ address, bytes }) => {
      new Uint8Array(memory.buffer).set(bytes, address);
    },
    run: ({ program, threads, steps, table, control }) => {
      runs.get(program)(thread, threads, steps, table, control);
    },
    read: ({ address, byteLength }) => memory.buffer.slice(address, address + byteLength),
  };

  port.onmessage = ({ data }) => {
    try {
      received++;
      const value = actions[data.kind](data);
      if (data.request !== undefined)
        port.postMessage({ kind: 'done', request: data.request, value }, value === undefined ? [] : [value]);
      if (data.kind === 'run' || data.kind === 'linger') linger();
      else if (mailbox !== undefined) Atomics.store(mailbox, ${mailboxWords.received}, received);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      port.postMessage({ kind: 'failed', doing: data.kind, message, stack: String(error?.stack) });
    }
  };
})();
`;
