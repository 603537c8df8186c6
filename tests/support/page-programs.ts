// Runs the programs that pages of the documentation show.

/** The TypeScript programs of a page, in order. */
export function programsIn(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program]) => program!);
}

/**
 * A program of a page as a function, which gives the program's `history`. What it imports from 'nacre' comes from
 * `entry`. Of types it may only use `as const`.
 */
export function pageProgram(program: string, entry: object): () => Promise<Record<string, number[]>> {
  const body = program.replace(/^import \{(.*)\} from 'nacre';$/gm, 'const {$1} = entry;').replaceAll(' as const', '');
  // A page's program is data here, and this is what runs data.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function('entry', `return (async () => {${body}\nreturn history;})();`) as (
    entry: object,
  ) => Promise<Record<string, number[]>>;
  return () => run(entry);
}
