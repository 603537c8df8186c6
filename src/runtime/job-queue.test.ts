import { expect, test } from 'vitest';
import { JobQueue } from './job-queue.js';

test('jobs start in their order, each when the one before is done, and at once when there is none', async () => {
  const log: string[] = [];
  const queue = new JobQueue();
  queue.add(() => void log.push('a'));
  expect(log).toEqual(['a']);
  const finish: (() => void)[] = [];
  const slow = (name: string) => (): Promise<void> => {
    log.push(`${name} starts`);
    return new Promise((resolve) => finish.push(resolve));
  };
  queue.add(slow('b'));
  queue.add(() => void log.push('c'));
  queue.add(slow('d'));
  queue.add(() => queue.add(() => void log.push('f')));
  queue.add(() => void log.push('e'));
  expect(log).toEqual(['a', 'b starts']);
  finish.shift()!();
  await Promise.resolve();
  expect(log).toEqual(['a', 'b starts', 'c', 'd starts']);
  finish.shift()!();
  await Promise.resolve();
  expect(log).toEqual(['a', 'b starts', 'c', 'd starts', 'e', 'f']);
});
