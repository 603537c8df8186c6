// Where models print: progress bars, summaries and hints. An entry point connects it to the platform's terminal.

/** What a model prints to. */
export interface Console {
  /** Whether a line can be rewritten in place; otherwise whole lines are written, without control characters. */
  readonly isTerminal: boolean;
  /** Width in characters. */
  readonly columns: number;
  /** Which colours may be used; 'none' for plain text. */
  readonly colour: 'none' | '256' | '24bit';
  write(text: string): void;
  /** Tells the user something that does not stop the work. */
  warn(message: string): void;
  /** Milliseconds from some fixed moment on. */
  now(): number;
  /** The same, for measuring what showing takes; where there is none, it counts as nothing. */
  timer?(): number;
}

/** Lines for the console of JavaScript itself: what is used until an entry point connects another. */
function plainConsole(): Console {
  let unfinished = '';
  return {
    isTerminal: false,
    columns: 80,
    colour: 'none',
    write: (text) => {
      const lines = (unfinished + text).split('\n');
      unfinished = lines.pop()!;
      for (const line of lines) console.log(line);
    },
    warn: (message) => console.warn(message),
    now: () => performance.now(),
  };
}

let current: Console | undefined;

/** Connects what models print to `output`. */
export function setConsole(output: Console): void {
  current = output;
}

/** What models print to now. */
export function activeConsole(): Console {
  current ??= plainConsole();
  return current;
}
