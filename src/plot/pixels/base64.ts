// Bytes as base64 text and as addresses that hold their data.

/** Node and browsers have `btoa`; it takes a text of one character a byte. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  // Not all at once: a call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 0x8000)
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(text);
}

export function dataUrl(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${base64(bytes)}`;
}
