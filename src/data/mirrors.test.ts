import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dataServices, type RecordedServices } from '../../tests/support/data-services.js';
import {
  breakingAt,
  deadUrl,
  refuse,
  sendFile,
  stallAfter,
  startServer,
  type Answer,
  type LoopbackServer,
} from '../../tests/support/loopback-server.js';
import { memoryFiles, type Files } from '../base/files.js';
import { downloadKnownFile, type KnownFile, type MirrorOptions } from './mirrors.js';

const content = Uint8Array.from({ length: 60_000 }, (_, index) => (index * index + (index >> 8)) & 255);
const packed = gzipSync(content);
const sumOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const file: KnownFile = { name: 'digits', byteLength: content.length, sha256: sumOf(content) };

/** Files that also tell which are there. */
interface ListedFiles extends Files {
  readonly names: ReadonlySet<string>;
}

function listedFiles(): ListedFiles {
  const files = memoryFiles();
  const names = new Set<string>();
  return {
    ...files,
    names,
    write: (path, bytes) => (names.add(path), files.write(path, bytes)),
    writeAt: (path, offset, bytes) => (names.add(path), files.writeAt(path, offset, bytes)),
    remove: (path) => (names.delete(path), files.remove(path)),
  };
}

const servers: LoopbackServer[] = [];
let files: ListedFiles;
let warnings: string[];
let services: RecordedServices;

beforeEach(() => {
  files = listedFiles();
  services = dataServices(files);
  warnings = services.warnings;
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(answer: Answer): Promise<LoopbackServer> {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

const from = (...mirrors: string[]): MirrorOptions => ({ mirrors, directory: 'kept', timeoutMs: 30_000 });

describe('downloadKnownFile', () => {
  test('unpacks the compressed file and keeps it under its name alone', async () => {
    const server = await serve((ask, answer) => sendFile(ask, answer, packed));
    expect(await downloadKnownFile(services, file, from(server.url))).toEqual(content);
    expect(server.requests.map(({ path }) => path)).toEqual(['/digits.gz']);
    expect([...files.names]).toEqual(['kept/digits']);
    expect(await files.read('kept/digits')).toEqual(content);
  });

  test('takes the plain file where there is no compressed one', async () => {
    const server = await serve((ask, answer) =>
      ask.url === '/folder/digits' ? sendFile(ask, answer, content) : refuse(answer, 404),
    );
    expect(await downloadKnownFile(services, file, from(`${server.url}folder`))).toEqual(content);
    expect(server.requests.map(({ path }) => path)).toEqual(['/folder/digits.gz', '/folder/digits']);
  });

  test('names both checksums of a wrong file, and keeps nothing of it', async () => {
    const wrong = content.slice();
    wrong[5]! ^= 1;
    const server = await serve((ask, answer) => sendFile(ask, answer, gzipSync(wrong)));
    await expect(downloadKnownFile(services, file, from(server.url))).rejects.toThrow(
      expect.objectContaining({
        name: 'DataError',
        message: `Could not download digits.\n- ${server.url}digits.gz: expected 60000 bytes with SHA-256 ${sumOf(content)}, received 60000 bytes with SHA-256 ${sumOf(wrong)}. The damaged file was removed.`,
      }),
    );
    expect([...files.names]).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test('refuses a damaged gzip file, and keeps nothing of it', async () => {
    const damaged = Buffer.from(packed);
    damaged[damaged.length - 6]! ^= 0xff;
    const server = await serve((ask, answer) => sendFile(ask, answer, damaged));
    await expect(downloadKnownFile(services, file, from(server.url))).rejects.toThrow(
      /The gzip data is damaged: .* The damaged file was removed\./,
    );
    expect([...files.names]).toEqual([]);
  });

  test('refuses a file that ends early without saying so', async () => {
    const server = await serve((_ask, answer) => {
      answer.write(content.subarray(0, 50_000));
      answer.end();
    });
    await expect(downloadKnownFile(services, file, from(server.url))).rejects.toThrow(
      `received 50000 bytes with SHA-256 ${sumOf(content.subarray(0, 50_000))}`,
    );
    expect([...files.names]).toEqual([]);
  });

  test('takes nothing half-written for whole, and continues where it was interrupted', async () => {
    const half = packed.length >> 1;
    const server = await serve((ask, answer, index) => {
      if (index === 0) stallAfter(ask, answer, packed, half);
      else if (index === 1) refuse(answer, 503);
      else sendFile(ask, answer, packed);
    });
    const onProgress = breakingAt(() => server, half);
    await expect(downloadKnownFile(services, file, { ...from(server.url), onProgress })).rejects.toThrow(
      'the server answered 503 Service Unavailable.',
    );
    expect(await files.read('kept/digits')).toBeUndefined();
    expect([...files.names]).toEqual([expect.stringMatching(/^kept\/digits\.[0-9a-f]{8}\.part$/)]);

    expect(await downloadKnownFile(services, file, from(server.url))).toEqual(content);
    expect(server.requests.at(-1)!.range).toBe(`bytes=${half}-`);
    expect([...files.names]).toEqual(['kept/digits']);
  });

  test('begins again when the part that was kept turns out to be wrong', async () => {
    const server = await serve((ask, answer, index) => {
      if (index === 0) stallAfter(ask, answer, new Uint8Array(packed.length).fill(31), 100);
      else if (index === 1) refuse(answer, 500);
      else sendFile(ask, answer, packed);
    });
    const onProgress = breakingAt(() => server, 100);
    await expect(downloadKnownFile(services, file, { ...from(server.url), onProgress })).rejects.toThrow('500');
    expect(await downloadKnownFile(services, file, from(server.url))).toEqual(content);
    expect(server.requests.slice(2).map(({ range }) => range)).toEqual(['bytes=100-', undefined]);
    expect([...files.names]).toEqual(['kept/digits']);
  });

  test('tries the next mirror, never with the rest of the first', async () => {
    const broken = await serve((ask, answer, index) =>
      index === 0 ? stallAfter(ask, answer, content, 100) : refuse(answer, 500),
    );
    const good = await serve((ask, answer) => sendFile(ask, answer, packed));
    const onProgress = breakingAt(() => broken, 100);
    expect(await downloadKnownFile(services, file, { ...from(broken.url, good.url), onProgress })).toEqual(content);
    expect(broken.requests).toHaveLength(2);
    expect(good.requests.map(({ range }) => range)).toEqual([undefined]);
  });

  test('says of every mirror why it did not serve', async () => {
    const missing = await serve((_ask, answer) => refuse(answer, 404));
    const dead = await deadUrl();
    await expect(downloadKnownFile(services, file, from(missing.url, dead))).rejects.toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          new RegExp(
            [
              '^Could not download digits.',
              `- ${missing.url}digits.gz: the server answered 404 Not Found.`,
              `- ${missing.url}digits: the server answered 404 Not Found.`,
              `- ${dead}digits.gz: could not connect: .*ECONNREFUSED.*$`,
            ].join('\\n'),
          ),
        ) as string,
      }),
    );
  });

  test('stops on request instead of trying the next mirror', async () => {
    const controller = new AbortController();
    const first = await serve(() => controller.abort());
    const second = await serve((ask, answer) => sendFile(ask, answer, packed));
    const options = { ...from(first.url, second.url), signal: controller.signal };
    await expect(downloadKnownFile(services, file, options)).rejects.toThrow(
      expect.objectContaining({ name: 'StoppedError' }),
    );
    expect(second.requests).toHaveLength(0);
  });

  test('gives the file, with a warning, where it cannot be kept', async () => {
    const server = await serve((ask, answer) => sendFile(ask, answer, packed));
    services = { ...services, files: { ...files, write: () => Promise.reject(new Error('The disk is full.')) } };
    expect(await downloadKnownFile(services, file, from(server.url))).toEqual(content);
    expect(warnings).toEqual([
      'digits was downloaded but could not be kept, so that it will be downloaded again: The disk is full.',
    ]);
  });

  test('keeps nothing without a folder', async () => {
    const server = await serve((ask, answer) => sendFile(ask, answer, packed));
    const options = { ...from(server.url), directory: undefined };
    expect(await downloadKnownFile(services, file, options)).toEqual(content);
    expect([...files.names]).toEqual([]);
  });
});
