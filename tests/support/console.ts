// A console that keeps what models print, and whose clock tests set.
import { setConsole, type Console } from '../../src/nn/console.js';

export interface RecordedConsole {
  /** Everything written since it was connected. */
  text(): string;
  warnings(): string[];
}

/** Connects a console with the given properties: by default no terminal, 80 columns, no colours, a clock that stands still. */
export function consoleOf(
  options: Partial<Pick<Console, 'isTerminal' | 'columns' | 'colour' | 'now'>> = {},
): RecordedConsole {
  const parts: string[] = [];
  const warnings: string[] = [];
  setConsole({
    isTerminal: false,
    columns: 80,
    colour: 'none',
    now: () => 0,
    ...options,
    write: (text) => void parts.push(text),
    warn: (message) => void warnings.push(message),
  });
  return { text: () => parts.join(''), warnings: () => warnings };
}

/** Connects a console that keeps nothing, as after a test. */
export function resetConsole(): void {
  consoleOf();
}
