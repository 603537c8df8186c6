import { describe, expect, test } from 'vitest';
import { colourSupport, imageProtocol, nodeTerminal } from './terminal.js';

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

describe('imageProtocol', () => {
  test.each([
    [{ KITTY_WINDOW_ID: '1', TERM: 'xterm-kitty' }, 'kitty'],
    [{ TERM: 'xterm-ghostty' }, 'kitty'],
    [{ TERM_PROGRAM: 'iTerm.app' }, 'iterm2'],
    [{ TERM_PROGRAM: 'WezTerm' }, 'iterm2'],
    [{ LC_TERMINAL: 'iTerm2', TERM: 'xterm-256color' }, 'iterm2'],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'Apple_Terminal' }, undefined],
    [{ TERM: 'xterm-kitty', TMUX: '/tmp/tmux' }, undefined],
    [{}, undefined],
  ])('of %j is %s', (environment, protocol) => {
    expect(imageProtocol(true, environment)).toBe(protocol);
    expect(nodeTerminal({ isTTY: true, write: () => true }, environment).images).toBe(protocol);
  });

  test('a file or pipe takes no images', () => {
    expect(imageProtocol(false, { TERM: 'xterm-kitty' })).toBeUndefined();
  });
});
