// Draws the pictures of docs/hints/: `node tools/hint-pictures.mjs [NAME...]`, after `npm run build`. The two programs of
// each page are trained, and what became of them is plotted to docs/hints/pictures/NAME.svg.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as nacre from 'nacre';
import { pageProgram, programsIn } from './page-programs.mjs';

/** @typedef {Record<string, number[]>} History */
/**
 * @typedef {object} Plot
 * @property {string} title
 * @property {string} yLabel
 * @property {'linear' | 'log'} [yScale]
 * @property {(wrong: History, right: History) => Record<string, number[] | undefined>} lines by their names
 */

/**
 * One number of both trainings.
 * @param {string} title
 * @param {'loss' | 'accuracy'} what
 * @param {string} remedy
 * @param {'linear' | 'log'} [yScale]
 * @returns {Plot}
 */
const compare = (title, what, remedy, yScale = 'linear') => ({
  title,
  yLabel: `${what} on the training samples`,
  yScale,
  lines: (wrong, right) => ({ 'as above': wrong[what], [remedy]: right[what] }),
});

/** @type {Record<string, Plot>} */
const plots = {
  'unscaled-inputs': compare('Pixels of 0 to 255, and of 0 to 1', 'accuracy', 'x.div(255)'),
  'label-mismatch': compare('Ten digits from one sigmoid, and from ten softmax units', 'accuracy', 'ten units'),
  'softmax-twice': compare('Softmax of softmax never gets sure', 'loss', 'softmax once'),
  'logits-as-probabilities': compare('Logits taken for probabilities', 'loss', 'fromLogits: true'),
  'batch-too-large': compare('12 updates, and 378', 'loss', 'batchSize: 32'),
  'dead-relus': compare('All relu units dead: the loss stays that of guessing', 'loss', 'rate 0.2'),
  'learning-rate-too-high': compare('Adam with a rate of 0.3, and of 0.003', 'loss', 'rate 0.003', 'log'),
  'learning-rate-too-low': compare('SGD with a rate of 0.00001, and of 0.1', 'loss', 'rate 0.1'),
  'one-class': compare('Right most of the time, and of no use', 'accuracy', 'with classWeight'),
  'no-better-than-chance': compare('Labels that do not belong to their images', 'accuracy', 'both in one order'),
  overfitting: {
    title: 'From the third epoch on it learns by heart',
    yLabel: 'loss',
    lines: (wrong) => ({ 'training samples': wrong.loss, 'validation samples': wrong.val_loss }),
  },
};

const folder = fileURLToPath(new URL('../docs/hints/', import.meta.url));
mkdirSync(`${folder}pictures`, { recursive: true });
// The same bits on every machine.
await nacre.setBackend({ name: 'wasm', threads: 2 });
const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(plots);
for (const name of chosen) {
  const plot = plots[name];
  if (!plot) throw new Error(`No picture is called ${name}. Known: ${Object.keys(plots).join(', ')}.`);
  const { title, yLabel, yScale = 'linear', lines } = plot;
  const [wrong = '', right = ''] = programsIn(readFileSync(`${folder}${name}.md`, 'utf8'));
  const histories = [await pageProgram(wrong, nacre)(), await pageProgram(right, nacre)()];
  const series = Object.entries(lines(histories[0] ?? {}, histories[1] ?? {})).map(([line, y = []]) => ({
    name: line,
    x: y.map((_, epoch) => epoch + 1),
    y,
  }));
  const picture = await nacre.plotLines(series, { title, xLabel: 'epoch', yLabel, yScale, width: 440, height: 240 });
  writeFileSync(`${folder}pictures/${name}.svg`, await picture.svg());
  console.log(`docs/hints/pictures/${name}.svg`);
}
