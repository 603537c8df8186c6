// Where progress bars and pictures are written, and what it can show.

/** Colours that escape sequences can name: none, the 256 of xterm's palette, or any of 24 bits. */
export type ColourSupport = 'none' | '256' | '24bit';

export interface Terminal {
  /** Whether a line can be rewritten; otherwise the output is a file, a pipe or a console. */
  readonly isTerminal: boolean;
  /** Width in characters, as it is now. */
  readonly columns: number;
  readonly colour: ColourSupport;
  write(text: string): void;
}
