// Where progress bars and pictures are written, and what it can show.

/** Colours that escape sequences can name: none, the 256 of xterm's palette, or any of 24 bits. */
export type ColourSupport = 'none' | '256' | '24bit';

/** How a terminal takes images: as kitty defines it, or iTerm2. */
export type ImageProtocol = 'kitty' | 'iterm2';

export interface Terminal {
  /** Whether a line can be rewritten; otherwise the output is a file, a pipe or a console. */
  readonly isTerminal: boolean;
  /** Width in characters, as it is now. */
  readonly columns: number;
  readonly colour: ColourSupport;
  /** Undefined where it shows no images, or nothing is known of that. */
  readonly images?: ImageProtocol | undefined;
  write(text: string): void;
}
