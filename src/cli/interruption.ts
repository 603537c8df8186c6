// Ctrl-C: pressed once it asks to stop, pressed again it ends the process.
import type { Platform } from '../platform/platform.js';

/**
 * A signal that the first Ctrl-C aborts. The second finds no listener, so that the system ends the process at once, even
 * where JavaScript is busy.
 */
export function interruption(platform: Pick<Platform, 'onInterrupt' | 'warn'>): AbortSignal {
  const controller = new AbortController();
  const end = platform.onInterrupt(() => {
    end();
    platform.warn('\nStopping after the current step. Ctrl-C again ends at once.');
    controller.abort();
  });
  return controller.signal;
}
