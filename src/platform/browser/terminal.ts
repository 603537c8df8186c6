// The console of a page as a terminal: whole lines only, none of them rewritten.
import type { Terminal } from '../terminal.js';

export function consoleTerminal(log: (line: string) => void): Terminal {
  let unfinished = '';
  return {
    isTerminal: false,
    columns: 80,
    colour: 'none',
    write: (text) => {
      const lines = (unfinished + text).split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) log(line);
    },
  };
}
