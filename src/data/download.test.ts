import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  breakingAt,
  deadUrl,
  rangeStart,
  refuse,
  sendFile,
  stallAfter,
  startServer,
  trickle,
  type Answer,
  type LoopbackServer,
} from '../../tests/support/loopback-server.js';
import { memoryFiles, type Files } from '../base/files.js';
import { download, HttpStatusError, type Download, type DownloadRequest } from './download.js';
import { PartFile } from './part-file.js';
import type { DownloadProgress } from './progress.js';

const content = Uint8Array.from({ length: 100_000 }, (_, index) => (index * index + (index >> 8)) & 255);
const servers: LoopbackServer[] = [];

async function serve(answer: Answer): Promise<LoopbackServer> {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Downloads with the unfinished part among `files`. */
function downloadInto(files: Files, request: DownloadRequest): Promise<Download> {
  const part = new PartFile(files, 'digits.part');
  return download({ fetch: (url, init) => fetch(url, init) }, { ...request, part });
}

const request = (url: string, more: Partial<DownloadRequest> = {}): DownloadRequest => ({
  url,
  file: 'digits',
  byteLimit: 200_000,
  timeoutMs: 30_000,
  ...more,
});

describe('download', () => {
  test('gives the bytes and reports each step on the way', async () => {
    const server = await serve((ask, answer) => sendFile(ask, answer, content));
    const steps: DownloadProgress[] = [];
    const onProgress = (progress: DownloadProgress): void => void steps.push(progress);
    const { bytes, resumed } = await downloadInto(memoryFiles(), request(server.url, { onProgress }));
    expect(bytes).toEqual(content);
    expect(resumed).toBe(false);
    expect(server.requests).toEqual([{ path: '/', range: undefined }]);
    expect(steps[0]).toEqual({ file: 'digits', url: server.url, receivedBytes: 0, totalBytes: 100_000 });
    expect(steps.at(-1)).toEqual({ file: 'digits', url: server.url, receivedBytes: 100_000, totalBytes: 100_000 });
    const received = steps.map((step) => step.receivedBytes);
    expect(received).toEqual([...received].sort((a, b) => a - b));
  });

  test('asks for the rest when the connection breaks', async () => {
    const server = await serve((ask, answer, index) =>
      index < 2 ? stallAfter(ask, answer, content, 30_000) : sendFile(ask, answer, content),
    );
    const onProgress = breakingAt(() => server, 30_000, 60_000);
    const { bytes } = await downloadInto(memoryFiles(), request(server.url, { onProgress }));
    expect(bytes).toEqual(content);
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=30000-', 'bytes=60000-']);
  });

  test('keeps what arrived before the server went away, and continues from there the next time', async () => {
    const files = memoryFiles();
    const failing = await serve((ask, answer, index) =>
      index === 0 ? stallAfter(ask, answer, content, 40_000) : ask.socket.destroy(),
    );
    const onProgress = breakingAt(() => failing, 40_000);
    await expect(downloadInto(files, request(failing.url, { onProgress }))).rejects.toThrow('could not connect');
    expect(await files.read('digits.part')).toEqual(content.subarray(0, 40_000));

    const working = await serve((ask, answer) => sendFile(ask, answer, content));
    const { bytes, resumed } = await downloadInto(files, request(working.url));
    expect(bytes).toEqual(content);
    expect(resumed).toBe(true);
    expect(working.requests.map(({ range }) => range)).toEqual(['bytes=40000-']);
  });

  test('begins again where a server ignores the range', async () => {
    const files = memoryFiles();
    await files.write('digits.part', new Uint8Array(50_000).fill(7));
    const server = await serve((_ask, answer) => {
      answer.writeHead(200, { 'content-length': content.length }).end(content);
    });
    const { bytes, resumed } = await downloadInto(files, request(server.url));
    expect(bytes).toEqual(content);
    expect(resumed).toBe(false);
  });

  test('begins again where a server sends another range than was asked for', async () => {
    const files = memoryFiles();
    await files.write('digits.part', content.subarray(0, 50_000));
    const server = await serve((ask, answer, index) => {
      const head = { 'content-length': 1000, 'content-range': 'bytes 99000-99999/100000' };
      if (index === 0) answer.writeHead(206, head).end(content.subarray(99_000));
      else sendFile(ask, answer, content);
    });
    expect((await downloadInto(files, request(server.url))).bytes).toEqual(content);
    expect(server.requests.map(({ range }) => range)).toEqual(['bytes=50000-', undefined]);
  });

  test('takes a part that already is the whole', async () => {
    const files = memoryFiles();
    await files.write('digits.part', content);
    const server = await serve((_ask, answer) => {
      answer.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    });
    expect(await downloadInto(files, request(server.url))).toEqual({ bytes: content, resumed: true });
  });

  test('begins again where the part is longer than the file', async () => {
    const files = memoryFiles();
    await files.write('digits.part', new Uint8Array(150_000));
    const server = await serve((ask, answer) => {
      if (rangeStart(ask) <= content.length) sendFile(ask, answer, content);
      else answer.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    });
    expect((await downloadInto(files, request(server.url))).bytes).toEqual(content);
    expect(server.requests.map(({ range }) => range)).toEqual(['bytes=150000-', undefined]);
  });

  test('names the status of a server that refuses, and asks no more', async () => {
    const server = await serve((_ask, answer) => refuse(answer, 404));
    const failure = await downloadInto(memoryFiles(), request(server.url)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HttpStatusError);
    expect(failure).toMatchObject({ status: 404, message: 'the server answered 404 Not Found.' });
    expect(server.requests).toHaveLength(1);
  });

  test('says that a server is down', async () => {
    await expect(downloadInto(memoryFiles(), request(await deadUrl()))).rejects.toThrow(
      expect.objectContaining({
        name: 'ConnectionError',
        message: expect.stringMatching(/^could not connect: .*ECONNREFUSED/) as string,
      }),
    );
  });

  test('waits for a slow server that keeps sending', async () => {
    const server = await serve((ask, answer) => trickle(ask, answer, content, 500));
    expect((await downloadInto(memoryFiles(), request(server.url))).bytes).toEqual(content);
    expect(server.requests).toHaveLength(1);
  });

  test('gives up on a server that never answers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = await serve(() => setImmediate(() => vi.advanceTimersByTime(30_000)));
    await expect(downloadInto(memoryFiles(), request(server.url))).rejects.toThrow(
      'the server did not answer for 30 s.',
    );
  });

  test('asks for the rest from a server that falls silent, and gives up once nothing more comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const files = memoryFiles();
    const server = await serve((ask, answer, index) => stallAfter(ask, answer, content, index === 0 ? 10_000 : 0));
    const onProgress = ({ receivedBytes }: DownloadProgress): void => {
      // By then the next read is waiting.
      if (receivedBytes === 10_000) setImmediate(() => vi.advanceTimersByTime(30_000));
    };
    await expect(downloadInto(files, request(server.url, { onProgress }))).rejects.toThrow(
      /^after 10000 of 100000 bytes the server sent nothing for 30 s\.$/,
    );
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=10000-']);
    expect(await files.read('digits.part')).toEqual(content.subarray(0, 10_000));
  });

  test('stops on request, keeping what arrived', async () => {
    const files = memoryFiles();
    const controller = new AbortController();
    const server = await serve((ask, answer) => stallAfter(ask, answer, content, 20_000));
    const onProgress = ({ receivedBytes }: DownloadProgress): void => {
      if (receivedBytes === 20_000) controller.abort();
    };
    await expect(downloadInto(files, request(server.url, { signal: controller.signal, onProgress }))).rejects.toThrow(
      expect.objectContaining({ name: 'StoppedError', message: 'Downloading digits was stopped after 20000 bytes.' }),
    );
    expect(await files.read('digits.part')).toEqual(content.subarray(0, 20_000));
    expect(server.requests).toHaveLength(1);
  });

  test('asks nothing when it is to stop from the outset', async () => {
    const server = await serve((ask, answer) => sendFile(ask, answer, content));
    await expect(downloadInto(memoryFiles(), request(server.url, { signal: AbortSignal.abort() }))).rejects.toThrow(
      expect.objectContaining({ name: 'StoppedError' }),
    );
    expect(server.requests).toHaveLength(0);
  });

  test('refuses more bytes than the file can have', async () => {
    const server = await serve((ask, answer) => sendFile(ask, answer, content));
    await expect(downloadInto(memoryFiles(), request(server.url, { byteLimit: 99_999 }))).rejects.toThrow(
      'the server sent more than the expected 99999 bytes at most.',
    );
    expect(server.requests).toHaveLength(1);
  });

  test('keeps no part of bytes that the connection unpacks on its way', async () => {
    const files = memoryFiles();
    await files.write('digits.part', content.subarray(0, 10));
    const server = await serve((_ask, answer, index) => {
      const packed = gzipSync(content);
      answer.writeHead(200, { 'content-encoding': 'gzip' });
      if (index === 0) answer.write(packed.subarray(0, 2000), () => answer.destroy());
      else answer.end(packed);
    });
    expect((await downloadInto(files, request(server.url))).bytes).toEqual(content);
    expect(await files.exists('digits.part')).toBe(false);
  });

  test('downloads although the part cannot be written', async () => {
    const files: Files = { ...memoryFiles(), writeAt: () => Promise.reject(new Error('disk full')) };
    const server = await serve((ask, answer, index) =>
      index === 0 ? stallAfter(ask, answer, content, 30_000) : sendFile(ask, answer, content),
    );
    const onProgress = breakingAt(() => server, 30_000);
    expect((await downloadInto(files, request(server.url, { onProgress }))).bytes).toEqual(content);
    expect(server.requests.map(({ range }) => range)).toEqual([undefined, 'bytes=30000-']);
  });

  test('lets an error of the progress callback through', async () => {
    const server = await serve((ask, answer) => sendFile(ask, answer, content));
    const onProgress = (): void => {
      throw new RangeError('mine');
    };
    await expect(downloadInto(memoryFiles(), request(server.url, { onProgress }))).rejects.toThrow(
      new RangeError('mine'),
    );
  });
});
