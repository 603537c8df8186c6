// The notebooks that JavaScript runs in: Jupyter's kernels of Deno and tslab.
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';

/** Shows content, given in several forms by media type, below the running cell. */
export type NotebookDisplay = (bundle: Readonly<Record<string, string>>) => Promise<void>;

/** What Deno offers to programs in a notebook. */
interface DenoNotebook {
  readonly jupyter?: { broadcast(type: string, content: object): Promise<void> };
}

/** What tslab's package offers. */
interface Tslab {
  readonly display: { raw(mediaType: string, content: string): void };
}

/** How the notebook that the program runs in shows content; undefined outside notebooks. */
export function notebookDisplay(): NotebookDisplay | undefined {
  return denoDisplay() ?? tslabDisplay();
}

function denoDisplay(): NotebookDisplay | undefined {
  try {
    // Outside notebooks there is no `Deno.jupyter`, or reading it fails.
    const jupyter = (globalThis as { Deno?: DenoNotebook }).Deno?.jupyter;
    if (jupyter === undefined) return undefined;
    return (bundle) => jupyter.broadcast('display_data', { data: bundle, metadata: {}, transient: {} });
  } catch {
    return undefined;
  }
}

function tslabDisplay(): NotebookDisplay | undefined {
  const program = process.argv[1];
  if (program === undefined || basename(program) !== 'tslab') return undefined;
  try {
    // The kernel is the process's own program: its module, not one that the user may have installed beside.
    const { display } = createRequire(realpathSync(program))('../dist/public.js') as Tslab;
    return async (bundle) => {
      // It shows one form at a time; the first is the best.
      const [mediaType, content] = Object.entries(bundle)[0]!;
      display.raw(mediaType, content);
    };
  } catch {
    return undefined;
  }
}
