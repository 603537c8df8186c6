// The pages of the tutorial, in docs/tutorial (English) and docs/zh (Chinese): reads them, runs their programs, and
// compares what they print with what they say they print. A page's blocks marked `js` are one program. What a block
// prints stands in the block marked `text` that follows, or else behind `//` beside each of its console.log.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';

/** The pages of both folders, in the order in which they are read and run. */
export const tutorialPages = ['1-neurons.md', '2-first-network.md', '3-training.md', '4-judging.md'];
export const tutorialFolders = /** @type {const} */ (['tutorial', 'zh']);

/**
 * @typedef {object} Block
 * @property {string} code
 * @property {string} [text] what stands in the block after it
 */
/** @typedef {Record<string, unknown> & { setPictureLanguage(language: 'en' | 'zh'): void }} Entry */

/**
 * @param {string} folder
 * @param {string} page
 * @returns {string}
 */
export const pagePath = (folder, page) => fileURLToPath(new URL(`../docs/${folder}/${page}`, import.meta.url));

const fences = /^```(\w+)\n([\s\S]*?)^```$/gm;
const besideLog = /^( *console\.log\(.*\);) \/\/ (.*)$/gm;

/**
 * @param {string} markdown
 * @returns {Block[]}
 */
export function blocksOf(markdown) {
  /** @type {Block[]} */
  const blocks = [];
  /** @type {Block | undefined} */
  let last;
  for (const [, language, body = ''] of markdown.matchAll(fences)) {
    if (language === 'js') blocks.push((last = { code: body }));
    else {
      if (language === 'text' && last !== undefined) last.text = body;
      last = undefined;
    }
  }
  return blocks;
}

/**
 * What a block says that it prints: a whole text, or the end of each line.
 * @param {Block} block
 * @returns {string[]}
 */
export function saidBy({ code, text }) {
  if (text !== undefined) return [withoutTimes(text)];
  return Array.from(code.matchAll(besideLog), ([, , said = '']) => said);
}

/**
 * What a block printed, in the form of `saidBy`.
 * @param {Block} block
 * @param {readonly Output[]} outputs
 * @returns {string[]}
 */
export function printedBy({ text }, outputs) {
  if (text !== undefined) return [withoutTimes(textOf(outputs))];
  return outputs.filter(({ isLog }) => isLog).map((output) => output.text.replace(/\n$/, ''));
}

/**
 * Times differ from run to run.
 * @param {string} text
 */
const withoutTimes = (text) => text.replace(/\b[\d.]+[mµu]?s\b/g, 'TIME');

/** @param {readonly Output[]} outputs */
function textOf(outputs) {
  const text = outputs.map((output) => output.text).join('');
  return text.replace(/[ \t]+$/gm, '').replace(/\n*$/, '\n');
}

/** @typedef {{ readonly isLog: boolean, readonly text: string }} Output */
/**
 * @typedef {object} PageConsole
 * @property {boolean} isTerminal
 * @property {number} columns
 * @property {'none'} colour
 * @property {(text: string) => void} write
 * @property {(message: string) => void} warn
 * @property {() => number} now
 */

/**
 * Runs the blocks of a page as one program in the current folder. What it imports from 'nacre' comes from `entry`; what
 * models print comes by way of `connect`.
 * @param {readonly Block[]} blocks
 * @param {Entry} entry
 * @param {(console: PageConsole) => void} connect
 * @returns {Promise<Output[][]>} what each block printed
 */
export async function runBlocks(blocks, entry, connect) {
  /** @type {Output[][]} */
  const outputs = blocks.map(() => []);
  let current = 0;
  /** @type {(isLog: boolean, text: string) => void} */
  const print = (isLog, text) => void outputs[current]?.push({ isLog, text });
  connect({
    isTerminal: false,
    columns: 80,
    colour: 'none',
    write: (text) => print(false, text),
    warn: (message) => print(false, `${message}\n`),
    now: () => performance.now(),
  });
  const log = (/** @type {unknown[]} */ ...values) => print(true, `${format(...values)}\n`);
  const body = blocks
    .map(({ code }, index) => `atBlock(${index});\n${code}`)
    .join('\n')
    .replace(/^import \{([^}]*)\} from 'nacre';$/gm, 'const {$1} = entry;');
  // A page's program is data here, and this is what runs data.
  const run = new Function('entry', 'console', 'atBlock', `return (async () => {${body}\n})();`);
  entry.setPictureLanguage('en');
  try {
    await run(entry, { log }, (/** @type {number} */ index) => (current = index));
  } finally {
    entry.setPictureLanguage('en');
  }
  return outputs;
}

/**
 * The page with what its blocks printed in place of what they said.
 * @param {string} markdown
 * @param {readonly Output[][]} outputs
 * @returns {string}
 */
export function withOutputs(markdown, outputs) {
  let block = -1;
  let afterCode = false;
  return markdown.replace(fences, (/** @type {string} */ whole, /** @type {string} */ language) => {
    const printed = outputs[language === 'js' ? ++block : block] ?? [];
    const isAnswer = language === 'text' && afterCode;
    afterCode = language === 'js';
    if (isAnswer) return `\`\`\`text\n${textOf(printed)}\`\`\``;
    if (language !== 'js') return whole;
    const logs = printed.filter(({ isLog }) => isLog);
    let log = 0;
    return whole.replace(besideLog, (_, /** @type {string} */ call) => `${call} // ${logs[log++]?.text.trim() ?? ''}`);
  });
}

/**
 * @param {string} folder
 * @param {string} page
 * @returns {Promise<string>}
 */
export const readPage = (folder, page) => readFile(pagePath(folder, page), 'utf8');
