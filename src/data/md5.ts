// MD5 (RFC 1321) as hexadecimal text, for files of which only this checksum was published. It shows damage; it is no
// protection against somebody who makes a file on purpose.

const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21] as const;
/** The standard's constants, by its own definition. */
const constants = Int32Array.from(
  { length: 64 },
  (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32) | 0,
);

/** MD5 of the bytes, 32 hexadecimal digits. */
export function md5(bytes: Uint8Array): string {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const wholeLength = bytes.length - (bytes.length % 64);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start < wholeLength; start += 64) addBlock(state, view, start);

  // The rest, a 1 bit, zeros, and the length in bits as 64 bits.
  const rest = bytes.subarray(wholeLength);
  const tail = new Uint8Array(rest.length < 56 ? 64 : 128);
  tail.set(rest);
  tail[rest.length] = 0x80;
  const tailView = new DataView(tail.buffer);
  tailView.setBigUint64(tail.length - 8, BigInt(bytes.length) * 8n, true);
  for (let start = 0; start < tail.length; start += 64) addBlock(state, tailView, start);
  const digest = new Uint8Array(state.buffer);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function addBlock(state: Int32Array, view: DataView, start: number): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (let index = 0; index < 64; index++) {
    const round = index >> 4;
    const mixed =
      round === 0 ? (b & c) | (~b & d) : round === 1 ? (b & d) | (c & ~d) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
    const word = (round === 0 ? index : round === 1 ? 5 * index + 1 : round === 2 ? 3 * index + 5 : 7 * index) & 15;
    const sum = (a + mixed + constants[index]! + view.getInt32(start + 4 * word, true)) | 0;
    const shift = shifts[4 * round + (index & 3)]!;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}
