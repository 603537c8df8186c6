import { expect, test } from 'vitest';
import { Breather, Pace } from './pace.js';

test('the pace begins with one step and grows by at most eight times to calls of 50 ms', () => {
  const pace = new Pace();
  const steps: number[] = [];
  for (let call = 0; call < 5; call++) {
    steps.push(pace.steps);
    pace.took(pace.steps, pace.steps * 0.25);
  }
  expect(steps).toEqual([1, 8, 64, 200, 200]);
});

test('the pace falls at once when steps take longer, and never below one step', () => {
  const pace = new Pace();
  for (let call = 0; call < 5; call++) pace.took(pace.steps, pace.steps * 0.25);
  pace.took(200, 1000);
  expect(pace.steps).toBe(10);
  pace.took(10, 100_000);
  expect(pace.steps).toBe(1);
});

test('steps too short to be measured count as short', () => {
  const pace = new Pace();
  pace.took(1, 0);
  expect(pace.steps).toBe(8);
});

test('breathing lets tasks that wait run', async () => {
  const breather = new Breather();
  const waiting = { ran: false };
  setTimeout(() => (waiting.ran = true), 0);
  // Without a breath, nothing here would ever let the timer run.
  while (!waiting.ran) await breather.breathe();
  expect(waiting.ran).toBe(true);
});
