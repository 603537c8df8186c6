// Which processor this is, as far as code compiled for it can tell.
import { open } from 'node:fs/promises';
import { cpus } from 'node:os';

export interface Processor {
  /** For people: `AMD EPYC 9575F 64-Core Processor`. */
  readonly name: string;
  /** Everything that tells it from processors with other instructions. */
  readonly identity: string;
}

// A home folder may be shared by machines whose processors bear one name and are given different instructions.
const telling = /^(?:vendor_id|cpu family|model|model name|stepping|flags|Features|CPU [a-z]+)\s*:.*$/gm;

export async function processor(): Promise<Processor> {
  const block = await firstBlock();
  const name = (cpus()[0]?.model ?? '').trim().replace(/\s+/g, ' ') || process.arch;
  return { name, identity: [process.arch, name, ...(block.match(telling) ?? [])].join('\n') };
}

/** What Linux says of the first processor; it takes long to say it of hundreds. Elsewhere nothing. */
async function firstBlock(): Promise<string> {
  try {
    const handle = await open('/proc/cpuinfo');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(16_384), 0, 16_384, 0);
      return buffer.toString('latin1', 0, bytesRead).split('\n\n', 1)[0]!;
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}
