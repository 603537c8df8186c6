// The page: draw a digit and see what the network takes it for, while it is drawn. How the network is trained on the first
// visit is in the address, for example `?samples=60000&epochs=3`.
import { openClassifier, type Answer } from './classifier.js';
import { makeSketch } from './sketch.js';

function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page has no ${kind.name} #${id}.`);
  return found;
}

const status = element('status', HTMLElement);
const pad = element('pad', HTMLCanvasElement);
const seen = element('seen', HTMLCanvasElement);
const file = element('file', HTMLInputElement);

/** A row for each digit: its name, a bar, and the probability. */
const rows = Array.from({ length: 10 }, (_, digit) => {
  const row = document.createElement('li');
  const bar = document.createElement('meter');
  const [name, number] = [document.createElement('span'), document.createElement('span')];
  name.textContent = String(digit);
  row.append(name, bar, number);
  element('probabilities', HTMLElement).append(row);
  return { row, bar, number };
});

function show(answer: Answer | undefined): void {
  const most = answer ? Math.max(...answer.probabilities) : Infinity;
  rows.forEach(({ row, bar, number }, digit) => {
    const probability = answer?.probabilities[digit];
    bar.value = probability ?? 0;
    number.textContent = probability === undefined ? '' : `${(100 * probability).toFixed(1)}%`;
    row.dataset.probability = String(probability ?? '');
    row.toggleAttribute('aria-current', probability === most);
  });
  const pixels = new ImageData(28, 28);
  for (let pixel = 0; pixel < 784; pixel++) {
    const value = answer?.seen[pixel] ?? 0;
    pixels.data.set([value, value, value, 255], pixel * 4);
  }
  seen.getContext('2d')?.putImageData(pixels, 0, 0);
}

async function run(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const classifier = await openClassifier({
    samples: Number(query.get('samples') ?? 60_000),
    epochs: Number(query.get('epochs') ?? 2),
    url: query.get('data') ?? undefined,
    onStatus: (text) => (status.textContent = text),
  });
  let asked = 0;
  let isBusy = false;
  /** Asks about the canvas as it is; while an answer is on its way, once more after it. */
  const ask = async (source: HTMLCanvasElement | File): Promise<void> => {
    document.body.dataset.asked = String(++asked);
    if (isBusy) return;
    isBusy = true;
    try {
      let answered;
      do {
        answered = asked;
        show(await classifier.answer(source));
      } while (answered !== asked);
      document.body.dataset.answered = String(answered);
    } finally {
      isBusy = false;
    }
  };
  const sketch = makeSketch(pad, () => void ask(pad));
  element('clear', HTMLButtonElement).addEventListener('click', () => {
    sketch.clear();
    void ask(pad);
  });
  file.addEventListener('change', () => {
    const [chosen] = file.files ?? [];
    if (chosen) void ask(chosen);
  });
  show(undefined);
  status.textContent = 'Draw a digit from 0 to 9.';
}

try {
  await run();
  document.body.dataset.state = 'ready';
} catch (error) {
  status.textContent = String(error);
  document.body.dataset.state = 'failed';
}
