// Ctrl-C: pressed once it asks to stop, pressed again it ends the process.

/**
 * A signal that the first Ctrl-C aborts. The second finds no listener, so that the system ends the process at once, even
 * where JavaScript is busy.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    process.stderr.write('\nStopping after the current step. Ctrl-C again ends at once.\n');
    controller.abort();
  });
  return controller.signal;
}
