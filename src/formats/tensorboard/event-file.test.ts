// Event files hold what TensorFlow writes, byte for byte, and TensorBoard has read what is written here.
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { readGolden } from '../../../tests/support/golden.js';
import { makeValue } from '../../../tools/golden/event-values.mjs';
import { memoryFiles, type Files } from '../../base/files.js';
import { readRecords } from '../tfrecord.js';
import { EventFile } from './event-file.js';
import { eventCodec, type EventValue, type LogEvent } from './event.js';
import { encodeGraph, type GraphNode } from './graph-def.js';
import { histogram } from './histogram.js';
import * as summaries from './summaries.js';

interface RecordedValue {
  readonly kind: 'scalar' | 'histogram' | 'images' | 'model';
  readonly tag: string;
  readonly step: number;
  readonly value?: number;
  readonly data?: number[];
  readonly shape?: number[];
  readonly json?: string;
  /** What TensorFlow writes, in base64. */
  readonly event: string;
}

/** By run and tag, points of [step, what is there]. */
type Seen<T> = Readonly<Record<string, Readonly<Record<string, readonly (readonly [step: number, value: T])[]>>>>;

const golden = readGolden('event_files') as {
  readonly wall_time: number;
  readonly values: readonly RecordedValue[];
  readonly histograms: readonly { readonly name: string; readonly data: number[]; readonly rows: number[] }[];
  readonly file: {
    readonly name: string;
    readonly bytes: string;
    readonly graph: readonly GraphNode[];
    readonly seen: {
      readonly scalars: Seen<number>;
      readonly histograms: Seen<readonly number[]>;
      readonly models: Readonly<Record<string, Record<string, readonly unknown[]>>>;
      readonly graphs: Readonly<Record<string, readonly GraphNode[]>>;
      readonly images: Seen<readonly (readonly [shape: number[], pixels: number[]])[]>;
    };
  };
};

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const valueOf = (given: RecordedValue): Promise<EventValue> => makeValue({ ...summaries, histogram }, given);

/** The value without the bytes of its pictures, which two encoders pack differently, and their pixels. */
function apart(event: LogEvent): [rest: LogEvent, pixels: number[][]] {
  const [value] = event.summary!.value;
  const [width, height, ...files] = value!.tensor.stringVal!;
  const tensor = { ...value!.tensor, stringVal: [width!, height!] };
  const rest = { ...event, summary: { ...event.summary, value: [{ ...value!, tensor }] } };
  return [rest, files.map((file) => [...decode(file).data])];
}

describe('an event is the one that TensorFlow writes', () => {
  test.each(golden.values.map((given) => [given.kind, given.tag, given] as const))('%s %s', async (kind, _, given) => {
    const { encode, decode: read } = await eventCodec();
    const summary = { value: [await valueOf(given)] };
    const bytes = encode({ wallTime: golden.wall_time, step: BigInt(given.step), summary });
    const expected = fromBase64(given.event);
    if (kind === 'scalar' || kind === 'model') {
      expect(bytes).toEqual(expected);
      return;
    }
    if (kind === 'images') {
      expect(apart(read(bytes))).toEqual(apart(read(expected)));
      return;
    }
    // The edges of a histogram may differ in their last bit: TensorFlow multiplies in another order.
    const [actual, wanted] = [read(bytes), read(expected)];
    const contentOf = (event: LogEvent): Float64Array =>
      new Float64Array(event.summary!.value[0]!.tensor.tensorContent!.slice().buffer);
    contentOf(wanted).forEach((edge, i) => expect(contentOf(actual)[i]).toBeCloseTo(edge, 14));
    const withoutContent = ({ summary: part, ...event }: LogEvent): unknown => ({
      ...event,
      value: { ...part!.value[0], tensor: { ...part!.value[0]!.tensor, tensorContent: undefined } },
    });
    expect(withoutContent(actual)).toEqual(withoutContent(wanted));
  });
});

describe('a histogram is the one that TensorFlow counts', () => {
  test.each(golden.histograms)('$name', ({ data, rows }) => {
    const { rows: actual, bucketCount } = histogram(Float32Array.from(data));
    expect(bucketCount * 3).toBe(rows.length);
    const scale = Math.max(...rows.map(Math.abs));
    rows.forEach((expected, i) => {
      if (i % 3 === 2) expect(actual[i]).toBe(expected);
      else expect(Math.abs(actual[i]! - expected)).toBeLessThanOrEqual(1e-15 * scale);
    });
  });

  test('without NaN and infinities, which TensorFlow cannot count', () => {
    const { rows } = histogram([NaN, 1, Infinity, 2, -Infinity], 2);
    expect([...rows]).toEqual([1, 1.5, 1, 1.5, 2, 1]);
    expect([...histogram([NaN], 1).rows]).toEqual([0, 0, 0]);
  });
});

async function writeGolden(files: Files): Promise<EventFile> {
  const file = new EventFile(files, 'logs/train', { now: () => golden.wall_time, suffix: '0' });
  for (const given of golden.values) {
    file.add(given.step, await valueOf(given));
    await file.flush();
  }
  file.addGraph(await encodeGraph(golden.file.graph));
  await file.flush();
  return file;
}

describe('a file', () => {
  test('has the bytes from which TensorBoard read what was written', async () => {
    const files = memoryFiles();
    const file = await writeGolden(files);
    expect(file.path).toBe(`logs/train/${golden.file.name}`);
    expect(await files.read(file.path)).toEqual(fromBase64(golden.file.bytes));
    const { seen } = golden.file;
    const numbersOf = (kind: string): readonly (readonly [string, number, RecordedValue])[] =>
      golden.values.filter((value) => value.kind === kind).map((value) => [value.tag, value.step, value]);
    for (const [tag, step, { value }] of numbersOf('scalar'))
      expect(seen.scalars.train![tag]).toContainEqual([step, value]);
    for (const [tag, step, { data }] of numbersOf('histogram'))
      expect(seen.histograms.train![tag]).toEqual([[step, [...histogram(Float32Array.from(data!)).rows]]]);
    for (const [tag, step, { data, shape }] of numbersOf('images')) {
      const points = seen.images.train![tag]!;
      expect(points.map(([at]) => at)).toEqual([step]);
      expect(points[0]![1].flatMap(([, pixels]) => pixels)).toEqual(data);
      expect(points[0]![1][0]![0]).toEqual(shape!.slice(1));
    }
    expect(seen.models.train!.keras).toEqual([
      ['net/given', 'InputLayer', []],
      ['net/out', 'Dense', ['net/given']],
    ]);
    expect(seen.graphs.train).toEqual(golden.file.graph);
  });

  test('begins with the version of the format, and goes on where the last flush ended', async () => {
    const files = memoryFiles();
    const file = new EventFile(files, 'logs');
    expect(file.path).toMatch(/^logs\/events\.out\.tfevents\.\d{10}\.nacre\.[0-9a-f]{8}\.v2$/);
    expect(await files.exists(file.path)).toBe(false);
    file.add(1, summaries.scalarValue('a', 1), summaries.scalarValue('b', 2));
    expect(await files.exists(file.path)).toBe(false);
    await file.flush();
    const first = (await files.read(file.path))!;
    await file.flush();
    expect(await files.read(file.path)).toEqual(first);
    file.add(2, summaries.scalarValue('a', 3));
    await file.flush();
    const { decode: read } = await eventCodec();
    const events = [...readRecords((await files.read(file.path))!, file.path)].map(read);
    expect(events.map(({ fileVersion, summary }) => fileVersion || summary!.value[0]!.tag)).toEqual([
      'brain.Event:2',
      'a',
      'b',
      'a',
    ]);
    expect(events.map(({ step }) => step)).toEqual([0n, 1n, 1n, 2n]);
    expect(new Set(events.map(({ wallTime }) => wallTime > 1.6e9))).toEqual(new Set([true]));
  });

  test('knows how long its values have waited', async () => {
    let now = 10;
    const file = new EventFile(memoryFiles(), 'logs', { now: () => now });
    await file.flush();
    now = 12;
    expect(file.waitingSeconds).toBe(0);
    file.add(1, summaries.scalarValue('a', 1));
    now = 15;
    expect(file.waitingSeconds).toBe(3);
    await file.flush();
    expect(file.waitingSeconds).toBe(0);
  });
});
