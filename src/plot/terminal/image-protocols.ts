// Images in terminals that can show them: the protocols of kitty and iTerm2.
import { base64 } from '../pixels/base64.js';

export type ImageProtocol = 'kitty' | 'iterm2';

// kitty takes at most this many characters at once.
const largestChunk = 4096;

/** The escape sequences that show a PNG at `columns` columns, and the newline after it. */
export function inlineImage(png: Uint8Array, protocol: ImageProtocol, columns: number): string {
  const data = base64(png);
  if (protocol === 'iterm2')
    return `\u001b]1337;File=inline=1;size=${png.length};width=${columns};preserveAspectRatio=1:${data}\u0007\n`;
  const chunks: string[] = [];
  for (let start = 0; start < data.length; start += largestChunk) {
    const isLast = start + largestChunk >= data.length;
    const keys = start === 0 ? `a=T,f=100,c=${columns},q=2,m=${isLast ? 0 : 1}` : `m=${isLast ? 0 : 1}`;
    chunks.push(`\u001b_G${keys};${data.slice(start, start + largestChunk)}\u001b\\`);
  }
  return `${chunks.join('')}\n`;
}
