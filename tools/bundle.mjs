// Puts the modules that `tsc` built for Node together into few files, dist/node/: hundreds of modules take Node three times
// as long to load. Pages get the modules as they are, since bundlers of their own pick what a page uses.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** The folders that decide what is printed for a machine and how it is run (src/platform/node/own-code.ts). */
const codeFolders = ['backends/native', 'compiler', 'ir', 'runtime'];

/** Changes when code in these folders does. */
function codeVersion() {
  const hash = createHash('sha256');
  for (const folder of codeFolders)
    for (const file of readdirSync(join(dist, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (file.endsWith('.js')) hash.update(`${folder}/${file}\n`).update(readFileSync(join(dist, folder, file)));
  return hash.digest('hex');
}

rmSync(join(dist, 'node'), { recursive: true, force: true });
await build({
  input: { index: join(dist, 'node.js'), cli: join(dist, 'cli/main.js') },
  platform: 'node',
  // What the package depends on is installed beside it, and loaded when it is used.
  external: /^[^./]/,
  transform: { define: { NACRE_CODE_VERSION: JSON.stringify(codeVersion()) } },
  // What some load when it is used, others need at once.
  onLog: (level, log, handler) => {
    if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') handler(level, log);
  },
  output: {
    dir: join(dist, 'node'),
    format: 'esm',
    chunkFileNames: '[name]-[hash].js',
    comments: true,
    // All that entry points and lazily loaded parts have in common in one file: functions that are not called cost little.
    codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
  },
});
