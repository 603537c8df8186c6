// Puts the modules that `tsc` built for Node together into few files, dist/node/: hundreds of modules take Node four times
// as long to load. Pages get the modules as they are, since bundlers of their own pick what a page uses. Does nothing where
// nothing has changed since; programs that are running find their files until then.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const bundle = join(dist, 'node');
/** Says what the files in dist/node/ were made of. */
const stamp = fileURLToPath(new URL('../build/bundle.sha256', import.meta.url));

/** The folders that decide what is printed for a machine and how it is run (src/platform/node/own-code.ts). */
const codeFolders = ['backends/native', 'compiler', 'ir', 'runtime'];

/**
 * Changes when a module of these folders of dist/ does.
 * @param {readonly string[]} folders
 */
function hashOf(folders) {
  const hash = createHash('sha256');
  for (const folder of folders)
    for (const file of readdirSync(join(dist, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (file.endsWith('.js') && !file.startsWith(`node${sep}`))
        hash.update(`${folder}/${file}\n`).update(readFileSync(join(dist, folder, file)));
  return hash.digest('hex');
}

async function makeBundle() {
  const { output } = await build({
    input: { index: join(dist, 'node.js'), cli: join(dist, 'cli/main.js') },
    platform: 'node',
    // What the package depends on is installed beside it, and loaded when it is used.
    external: /^[^./]/,
    transform: { define: { NACRE_CODE_VERSION: JSON.stringify(hashOf(codeFolders)) } },
    // What some load when it is used, others need at once.
    onLog: (level, log, handler) => {
      if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') handler(level, log);
    },
    output: {
      dir: bundle,
      format: 'esm',
      chunkFileNames: '[name]-[hash].js',
      comments: true,
      // All that entry points and lazily loaded parts have in common in one file: functions that are not called cost little.
      codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
    },
  });
  const made = new Set(output.map(({ fileName }) => fileName));
  for (const file of readdirSync(bundle)) if (!made.has(file)) rmSync(join(bundle, file));
}

const inputs = createHash('sha256')
  .update(hashOf(['.']))
  .update(readFileSync(fileURLToPath(import.meta.url)))
  .digest('hex');
const isMade = existsSync(join(bundle, 'index.js')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs;
if (!isMade) {
  await makeBundle();
  mkdirSync(join(stamp, '..'), { recursive: true });
  writeFileSync(stamp, inputs);
}
