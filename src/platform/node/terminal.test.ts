import { describe, expect, test } from 'vitest';
import { colourSupport, nodeTerminal } from './terminal.js';

describe('nodeTerminal', () => {
  test('writes to the stream and follows its width', () => {
    const written: string[] = [];
    const stream = { isTTY: true, columns: 120, write: (text: string) => written.push(text) > 0 };
    const terminal = nodeTerminal(stream, { TERM: 'xterm-256color' });
    terminal.write('a\r');
    terminal.write('b');
    expect(written).toEqual(['a\r', 'b']);
    expect(terminal.isTerminal).toBe(true);
    expect(terminal.columns).toBe(120);
    stream.columns = 60;
    expect(terminal.columns).toBe(60);
    stream.columns = 0;
    expect(terminal.columns).toBe(80);
  });

  test('a file or pipe is no terminal', () => {
    const terminal = nodeTerminal({ write: () => true }, { COLORTERM: 'truecolor' });
    expect(terminal).toMatchObject({ isTerminal: false, columns: 80, colour: 'none' });
  });
});

describe('colourSupport', () => {
  test('follows the terminal', () => {
    expect(colourSupport(true, { TERM: 'xterm', COLORTERM: 'truecolor' })).toBe('24bit');
    expect(colourSupport(true, { TERM: 'xterm-256color' })).toBe('256');
    expect(colourSupport(true, { TERM: 'dumb' })).toBe('none');
    expect(colourSupport(false, { TERM: 'xterm-256color' })).toBe('none');
  });

  test('follows the user before the terminal', () => {
    expect(colourSupport(true, { TERM: 'xterm-256color', NO_COLOR: '1' })).toBe('none');
    expect(colourSupport(false, { FORCE_COLOR: '3' })).toBe('24bit');
    expect(colourSupport(false, { FORCE_COLOR: '2' })).toBe('256');
    expect(colourSupport(true, { TERM: 'xterm-256color', FORCE_COLOR: '0' })).toBe('none');
  });
});
