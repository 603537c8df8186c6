import { expect, test } from 'vitest';
import { interruption } from './interruption.js';

test('the first Ctrl-C asks to stop, and leaves the second to the system', () => {
  const listeners = new Set<() => void>();
  const said: string[] = [];
  const signal = interruption({
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    warn: (message) => void said.push(message),
  });
  expect(signal.aborted).toBe(false);
  expect(listeners.size).toBe(1);
  for (const listener of listeners) listener();
  expect(signal.aborted).toBe(true);
  expect(listeners.size).toBe(0);
  expect(said).toEqual(['\nStopping after the current step. Ctrl-C again ends at once.']);
});
