// What has to be undone should the process end first.
type Undo = () => void;

const pending = new Set<Undo>();

function undoAll(): void {
  for (const undo of pending) {
    try {
      undo();
    } catch {
      // The others still have their turn, and nobody is left who could act on it.
    }
  }
  pending.clear();
}

/** Calls `undo`, which has to be synchronous, as the process ends; the function returned withdraws that. */
export function atExit(undo: Undo): () => void {
  // One listener for all: Node warns of many.
  if (pending.size === 0) process.once('exit', undoAll);
  pending.add(undo);
  return () => {
    pending.delete(undo);
    if (pending.size === 0) process.off('exit', undoAll);
  };
}
