// The process's standard output as a terminal.
import { WriteStream } from 'node:tty';
import type { ColourSupport, ImageProtocol, Terminal } from '../terminal.js';

/** The part of a Node stream that is used. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Colours follow the terminal, NO_COLOR (no-color.org) and, also for files and pipes, FORCE_COLOR as Node reads it. */
export function colourSupport(isTerminal: boolean, environment: Environment): ColourSupport {
  if (!isTerminal && environment.FORCE_COLOR === undefined) return 'none';
  // Node's own table of terminals; it reads the environment alone, never a stream.
  const bits = WriteStream.prototype.getColorDepth(environment);
  return bits >= 24 ? '24bit' : bits >= 8 ? '256' : 'none';
}

/** By the names that terminals give themselves; within another program's screen (tmux, screen) images do not get through. */
export function imageProtocol(isTerminal: boolean, environment: Environment): ImageProtocol | undefined {
  const { TERM = '', TERM_PROGRAM = '', LC_TERMINAL, KITTY_WINDOW_ID, TMUX, STY } = environment;
  if (!isTerminal || TMUX !== undefined || STY !== undefined) return undefined;
  if (KITTY_WINDOW_ID !== undefined || ['xterm-kitty', 'xterm-ghostty'].includes(TERM) || TERM_PROGRAM === 'ghostty')
    return 'kitty';
  if (['iTerm.app', 'WezTerm', 'mintty'].includes(TERM_PROGRAM) || LC_TERMINAL === 'iTerm2') return 'iterm2';
  return undefined;
}

export function nodeTerminal(stream: OutputStream, environment: Environment): Terminal {
  const isTerminal = stream.isTTY === true;
  return {
    isTerminal,
    // Some terminals report 0 columns; 80 is what the rest of the world assumes then.
    get columns() {
      return stream.columns === undefined || stream.columns <= 0 ? 80 : stream.columns;
    },
    colour: colourSupport(isTerminal, environment),
    images: imageProtocol(isTerminal, environment),
    write: (text) => void stream.write(text),
  };
}
