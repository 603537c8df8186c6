// An HTTP server on 127.0.0.1 that answers as a test tells it to, and remembers what it was asked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackServer {
  /** Ends in a slash. */
  readonly url: string;
  readonly requests: readonly { readonly path: string; readonly range: string | undefined }[];
  breakConnections(): void;
  /** Also breaks the connections that are open. */
  close(): Promise<void>;
}

/** Answers one request; `index` counts requests from 0. */
export type Answer = (request: IncomingMessage, response: ServerResponse, index: number) => void;

export async function startServer(answer: Answer): Promise<LoopbackServer> {
  const requests: { path: string; range: string | undefined }[] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', range: request.headers.range });
    answer(request, response, requests.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    requests,
    breakConnections: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The first byte that the request asks for. */
export function rangeStart(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
}

/** Sends the headers for `bytes` from where the request asks on, as a server that knows Range does. */
function sendHead(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): Uint8Array {
  const start = rangeStart(request);
  const rest = bytes.subarray(start);
  if (request.headers.range === undefined) response.writeHead(200, { 'content-length': rest.length });
  else
    response.writeHead(206, {
      'content-length': rest.length,
      'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
    });
  return rest;
}

/** Serves the whole, or the range that is asked for. */
export function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  response.end(sendHead(request, response, bytes));
}

/** Promises the rest of the file, sends `count` bytes of it and falls silent with the connection open. */
export function stallAfter(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array, count: number): void {
  response.write(sendHead(request, response, bytes).subarray(0, count));
}

/**
 * A callback for progress that breaks the connection once so many bytes have arrived, for each of `counts` in turn.
 * (A client may throw away what it has not yet handed on when a connection breaks; breaking it afterwards is exact.)
 */
export function breakingAt(
  server: () => LoopbackServer,
  ...counts: number[]
): (progress: { readonly receivedBytes: number }) => void {
  return ({ receivedBytes }) => {
    if (receivedBytes !== counts[0]) return;
    counts.shift();
    server().breakConnections();
  };
}

/** Sends the file in many small pieces, each after the one before has left. */
export function trickle(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  pieceLength: number,
): void {
  const rest = sendHead(request, response, bytes);
  const sendFrom = (start: number): void => {
    if (start >= rest.length) response.end();
    else response.write(rest.subarray(start, start + pieceLength), () => setImmediate(sendFrom, start + pieceLength));
  };
  sendFrom(0);
}

export function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status).end('no');
}

/** The URL of a port on which nothing listens. */
export async function deadUrl(): Promise<string> {
  const server = await startServer((_request, response) => refuse(response, 500));
  await server.close();
  return server.url;
}
