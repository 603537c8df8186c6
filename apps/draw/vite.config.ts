// How this page finds the package in its own repository: `npx vite apps/draw` serves it, `npx vite build apps/draw` builds
// it. A project that has installed the package needs none of this.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  resolve: { alias: { nacre: fileURLToPath(new URL('../../src/browser.ts', import.meta.url)) } },
  build: {
    target: 'es2022',
  },
  server: {
    // With these headers the page may share memory between workers, and so use several threads.
    headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
  },
});
