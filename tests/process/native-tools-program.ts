// A program that native-tools.test.ts runs as processes of their own: it keeps and finds compiled code, and compiles.
import { readFileSync } from 'node:fs';
import { nodeNativeTools } from '../../src/platform/node/native-tools.js';

const [command, directory, ...rest] = process.argv.slice(2);
const tools = nodeNativeTools({ directory: directory!, byteLimit: 200_000 });

/** Modules of Node that were loaded. */
const isLoaded = (name: string): boolean =>
  (process as unknown as { moduleLoadList: string[] }).moduleLoadList.includes(`NativeModule ${name}`);

/** Code whose description says of which bytes it is. */
const code = (byte: number): Uint8Array => new Uint8Array(20_000 + byte).fill(byte);

const commands: Readonly<Record<string, () => Promise<unknown>>> = {
  /** Keeps and finds under few keys, again and again; counts what was found and was not what its description says. */
  race: async () => {
    let found = 0;
    let wrong = 0;
    let seed = Number(rest[0]);
    for (let round = 0; round < 150; round++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      const key = `key ${(seed >> 8) % 4}`;
      const byte = (seed >> 16) % 3;
      if (round % 2 === 0) await tools.store.keep(key, code(byte), String(byte));
      const stored = await tools.store.find(key);
      if (stored === undefined) continue;
      found++;
      if (!Buffer.from(code(Number(stored.description))).equals(readFileSync(stored.path))) wrong++;
    }
    return { found, wrong };
  },
  /** Keeps one under a new key, and says where it and what was there before lie. */
  keep: async () => ({
    before: (await tools.store.find('before'))?.path,
    kept: (await tools.store.keep('kept', code(7), '7')).path,
    found: (await tools.store.find('kept'))?.path,
  }),
  fill: async () => ({ kept: (await tools.store.keep('before', code(3), '3')).path }),
  compiler: async () => {
    const atStart = isLoaded('child_process');
    const { description, identity } = await tools.findCompiler();
    return { description, identity, atStart, afterwards: isLoaded('child_process') };
  },
  /** Is gone in the middle of compiling. */
  exit: async () => {
    const compiler = await tools.findCompiler();
    const own = await tools.store.keep('key', code(1), '1');
    void compiler.compile(['int nothing;']);
    // Long enough for the compiler's folder to be there.
    const { readdirSync } = await import('node:fs');
    while (readdirSync(process.env.TMPDIR!).length < 2) await new Promise((resolve) => setImmediate(resolve));
    console.log(JSON.stringify({ own: own.path, folders: readdirSync(process.env.TMPDIR!).length }));
    process.exit(0);
  },
};

console.log(JSON.stringify(await commands[command!]!()));
