// Runs the programs that the pages of docs/hints/ show: for their pictures, and for the tests.

/**
 * The TypeScript programs of a page, in order.
 * @param {string} markdown
 * @returns {string[]}
 */
export function programsIn(markdown) {
  return Array.from(markdown.matchAll(/^```ts\n([\s\S]*?)^```$/gm), (block) => block[1] ?? '');
}

/**
 * A program of a page as a function, which gives the program's `history`. What it imports from 'nacre' comes from
 * `entry`. Of types it may only use `as const`.
 * @param {string} program
 * @param {object} entry
 * @returns {() => Promise<Record<string, number[]>>}
 */
export function pageProgram(program, entry) {
  const body = program.replace(/^import \{(.*)\} from 'nacre';$/gm, 'const {$1} = entry;').replaceAll(' as const', '');
  // A page's program is data here, and this is what runs data.
  const run = new Function('entry', `return (async () => {${body}\nreturn history;})();`);
  return () => run(entry);
}
