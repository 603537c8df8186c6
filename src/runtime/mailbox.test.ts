import { expect, test, vi } from 'vitest';
import { Mailboxes, mailboxByteLength, mailboxStates, mailboxWords } from './mailbox.js';

const run = { program: 1, threads: 2, steps: 1, table: 64, control: 128 };
const start = 256;
/** Of the second thread's. */
const stateAddress = start + mailboxByteLength + 4 * mailboxWords.state;

function mailboxes(): { boxes: Mailboxes; setState: (state: number) => void; state: () => number } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const words = new Int32Array(memory.buffer);
  return {
    boxes: new Mailboxes(memory, start, 2),
    setState: (state) => void Atomics.store(words, stateAddress / 4, state),
    state: () => Atomics.load(words, stateAddress / 4),
  };
}

test('a run is taken back from a worker that has not begun', () => {
  const { boxes, setState, state } = mailboxes();
  setState(mailboxStates.waiting);
  expect(boxes.give(1, run, 0)).toBe(true);
  expect(state()).toBe(mailboxStates.given);
  const watch = vi.fn();
  boxes.finish(1, watch);
  expect(watch).not.toHaveBeenCalled();
  expect(state()).toBe(mailboxStates.waiting);
});

test('the caller watches the state of a worker that has begun until it is done', () => {
  const { boxes, setState } = mailboxes();
  setState(mailboxStates.taken);
  const watch = vi.fn(() => {
    if (watch.mock.calls.length === 3) setState(mailboxStates.waiting);
  });
  boxes.finish(1, watch);
  expect(watch.mock.calls).toEqual(Array.from({ length: 3 }, () => [stateAddress, mailboxStates.taken]));
});
