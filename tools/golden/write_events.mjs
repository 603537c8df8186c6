// Writes an event file with the built package, for event_files.py: reads `{ directory, wallTime, values, graph }` from
// standard input.
import { text } from 'node:stream/consumers';
import { makeValue } from './event-values.mjs';

/** @param {string} path */
const built = (path) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const { EventFile } = await built('formats/tensorboard/event-file.js');
const formats = {
  ...(await built('formats/tensorboard/summaries.js')),
  ...(await built('formats/tensorboard/histogram.js')),
};
const { nodeFiles } = await built('platform/node/files.js');

const { encodeGraph } = await built('formats/tensorboard/graph-def.js');
const { directory, wallTime, values, graph } = JSON.parse(await text(process.stdin));
const file = new EventFile(nodeFiles, directory, { now: () => wallTime, suffix: '0' });
for (const value of values) {
  file.add(value.step, await makeValue(formats, value));
  // Piece by piece, as a run does.
  await file.flush();
}
file.addGraph(await encodeGraph(graph));
await file.flush();
