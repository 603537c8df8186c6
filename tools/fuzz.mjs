// Builds tests/fuzz/fuzz-program.ts from the sources and runs it with the arguments given.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const repository = fileURLToPath(new URL('..', import.meta.url));
// Within the repository, so that the program finds its packages.
const folder = mkdtempSync(join(repository, 'node_modules', '.fuzz-'));
try {
  await build({
    root: repository,
    logLevel: 'error',
    configFile: false,
    build: {
      ssr: 'tests/fuzz/fuzz-program.ts',
      outDir: folder,
      emptyOutDir: true,
      rolldownOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  });
  const { status } = spawnSync(process.execPath, [join(folder, 'program.mjs'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    cwd: repository,
    env: { ...process.env, NACRE_BACKEND: 'wasm', NACRE_THREADS: '1' },
  });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
