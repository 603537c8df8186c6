// The page: trains when it is opened and shows how it goes. What it trains with is in its address, for example
// `?samples=2000&epochs=5&seed=1&threads=2`.
import { trainFirst } from './train.js';

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element #${id}.`);
  return found;
}

function show(id: string, text: string): void {
  element(id).textContent = text;
}

/** A row of the table of epochs. */
function addRow(...cells: readonly string[]): void {
  const row = document.createElement('tr');
  for (const text of cells) row.append(Object.assign(document.createElement('td'), { textContent: text }));
  element('epochs').append(row);
}

/** SHA-256 in hexadecimal digits. Browsers have it on pages from https and from this machine only. */
async function fingerprint(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const query = new URLSearchParams(location.search);

function whole(name: string, otherwise: number): number;
function whole(name: string, otherwise: undefined): number | undefined;
function whole(name: string, otherwise: number | undefined): number | undefined {
  const text = query.get(name);
  return text === null ? otherwise : Number(text);
}

async function run(): Promise<void> {
  const started = performance.now();
  const result = await trainFirst({
    samples: whole('samples', 60_000),
    epochs: whole('epochs', 5),
    seed: whole('seed', 1),
    threads: whole('threads', undefined),
    url: query.get('data') ?? undefined,
    onStatus: (status) => show('status', status),
    onEpoch: (epoch, loss, accuracy) => addRow(String(epoch + 1), loss.toFixed(4), accuracy.toFixed(4)),
  });
  show('backend', `${result.backend}, ${result.threads} thread${result.threads === 1 ? '' : 's'}`);
  show('test-loss', result.testLoss.toFixed(4));
  show('test-accuracy', result.testAccuracy.toFixed(4));
  show('fingerprint', await fingerprint(result.weights));
  show('status', `Done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

try {
  await run();
  document.body.dataset.state = 'done';
} catch (error) {
  show('status', String(error));
  document.body.dataset.state = 'failed';
}
