import { expect, test } from 'vitest';
import { consoleTerminal } from './terminal.js';

test('a console gets whole lines, when they are whole', () => {
  const lines: string[] = [];
  const terminal = consoleTerminal((line) => lines.push(line));
  terminal.write('Epoch 1');
  expect(lines).toEqual([]);
  terminal.write('/5\nloss: ');
  expect(lines).toEqual(['Epoch 1/5']);
  terminal.write('0.1\n\n');
  expect(lines).toEqual(['Epoch 1/5', 'loss: 0.1', '']);
  expect(terminal).toMatchObject({ isTerminal: false, columns: 80, colour: 'none' });
});
