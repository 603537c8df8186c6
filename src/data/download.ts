// Fetches the bytes of one URL: reports how far it has come, gives up when nothing arrives, and takes an interrupted
// download up where it stopped by asking for the rest (HTTP Range, RFC 9110 section 14). Whether the bytes are the
// right ones is for mirrors.ts.
import { DataError, messageOf, StoppedError } from '../base/errors.js';
import type { PartFile } from './part-file.js';
import type { DownloadProgress } from './progress.js';
import type { DataServices } from './services.js';

export interface DownloadRequest {
  readonly url: string;
  /** What errors and progress call the file. */
  readonly file: string;
  /** Keeps the bytes of an unfinished download; without it they are kept in memory alone. */
  readonly part?: PartFile | undefined;
  /** More bytes than this are refused. */
  readonly byteLimit: number;
  /** Milliseconds without a byte after which the connection is given up. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

export interface Download {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether bytes of an earlier call are among them. */
  readonly resumed: boolean;
}

/** The server's answer was not the file. */
export class HttpStatusError extends DataError {
  override name = 'HttpStatusError';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** The connection broke, stalled or could not be made: asking again may help. */
class ConnectionError extends DataError {
  override name = 'ConnectionError';
}

const attemptLimit = 10;
const flushLength = 1 << 20;

/**
 * Downloads a URL whole. Its errors say what went wrong and leave it to the caller to name the URL.
 * @throws HttpStatusError if the server refuses.
 * @throws DataError if it cannot be reached, falls silent or sends too much.
 * @throws StoppedError if `signal` asks to stop. What has arrived is kept in `part` for the next call.
 */
export async function download(services: Pick<DataServices, 'fetch'>, request: DownloadRequest): Promise<Download> {
  const { part } = request;
  const received = new ReceivedBytes(request.byteLimit);
  const kept = await part?.read();
  const resumed = kept !== undefined && kept.length > 0 && kept.length <= request.byteLimit;
  if (resumed) received.append(kept);
  else await part?.discard();
  const keep = (): Promise<void> | undefined => part?.keep(received);
  for (let attempt = 1; ; attempt++) {
    const before = received.length;
    const restartsBefore = received.restarts;
    try {
      await receiveRest(services, request, received, keep);
      return { bytes: received.bytes(), resumed: resumed && received.restarts === 0 };
    } catch (error) {
      await keep();
      if (request.signal?.aborted)
        throw new StoppedError(`Downloading ${request.file} was stopped after ${received.length} bytes.`, {
          cause: error,
        });
      // A server that sent something before it broke off is worth another try; one that sent nothing is not.
      const progressed = received.length > before || received.restarts > restartsBefore;
      if (!(error instanceof ConnectionError) || !progressed || attempt === attemptLimit) throw error;
    }
  }
}

/** The bytes so far, in one growing buffer. */
class ReceivedBytes {
  #buffer = new Uint8Array(1 << 16);
  length = 0;
  /** How often it had to begin again from the first byte. */
  restarts = 0;

  readonly #byteLimit: number;

  constructor(byteLimit: number) {
    this.#byteLimit = byteLimit;
  }

  append(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (length > this.#byteLimit)
      throw new DataError(`the server sent more than the expected ${this.#byteLimit} bytes at most.`);
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#buffer.length));
      larger.set(this.bytes());
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.length);
    this.length = length;
  }

  restart(): void {
    this.length = 0;
    this.restarts++;
  }

  bytes(start = 0): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(start, this.length);
  }
}

async function receiveRest(
  services: Pick<DataServices, 'fetch'>,
  request: DownloadRequest,
  received: ReceivedBytes,
  keep: () => Promise<void> | undefined,
): Promise<void> {
  const { part } = request;
  const watchdog = new Watchdog(request.timeoutMs);
  const signal = request.signal === undefined ? watchdog.signal : AbortSignal.any([request.signal, watchdog.signal]);
  const connectionError = (error: unknown, whenSilent: string, otherwise: string): ConnectionError => {
    const what = watchdog.signal.aborted
      ? `${whenSilent} for ${request.timeoutMs / 1000} s`
      : `${otherwise}: ${describeFailure(error)}`;
    return new ConnectionError(`${what}.`, { cause: error });
  };
  try {
    const response = await services
      .fetch(request.url, { signal, headers: received.length === 0 ? {} : { Range: `bytes=${received.length}-` } })
      .catch((error: unknown) => {
        throw connectionError(error, 'the server did not answer', 'could not connect');
      });
    watchdog.pause();
    const totalBytes = await agreeOnStart(response, received, part);
    if (response.status === 416) return;
    // Bytes that the connection unpacks on its way have other positions than those a Range counts.
    const encoded = response.headers.has('content-encoding');
    if (encoded) await part?.giveUp();

    const report = (): void =>
      request.onProgress?.({ file: request.file, url: request.url, receivedBytes: received.length, totalBytes });
    const reader = response.body?.getReader();
    report();
    while (reader !== undefined) {
      watchdog.restart();
      const step = await reader.read().catch((error: unknown) => {
        const soFar = `after ${received.length}${ofTotal(totalBytes)} bytes`;
        throw connectionError(error, `${soFar} the server sent nothing`, `the connection broke off ${soFar}`);
      });
      watchdog.pause();
      if (step.done) break;
      received.append(step.value);
      report();
      if (part && received.length - part.length >= flushLength) await keep();
    }
    if (totalBytes !== undefined && received.length < totalBytes)
      throw new ConnectionError(`the connection ended after ${received.length}${ofTotal(totalBytes)} bytes.`);
  } finally {
    watchdog.stop();
  }
}

const ofTotal = (totalBytes: number | undefined): string => (totalBytes === undefined ? '' : ` of ${totalBytes}`);

/**
 * Settles where the body of `response` continues, and returns the length of the whole, where it can be known. A
 * response of status 416 is let through when nothing is missing.
 * @throws HttpStatusError if the response holds no file.
 */
async function agreeOnStart(
  response: Response,
  received: ReceivedBytes,
  part: PartFile | undefined,
): Promise<number | undefined> {
  const startAgain = async (): Promise<void> => {
    received.restart();
    await part?.discard();
  };
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  const rangeTotal = range?.[2] === undefined || range[2] === '*' ? undefined : Number(range[2]);
  const bodyLength = numberOrUndefined(response.headers.get('content-length'));

  if (response.status === 206) {
    // A page may not see Content-Range of another origin; the server's status then has to be believed.
    if (range?.[1] !== undefined && Number(range[1]) !== received.length) {
      await startAgain();
      await response.body?.cancel();
      throw new ConnectionError(`the server sent bytes from ${range[1]} on instead of those asked for.`);
    }
    return rangeTotal ?? (bodyLength === undefined ? undefined : received.length + bodyLength);
  }
  if (response.status === 416) {
    await response.body?.cancel();
    if (rangeTotal === received.length) return rangeTotal;
    await startAgain();
    throw new ConnectionError('the server has no bytes beyond those kept from an earlier download.');
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new HttpStatusError(
      `the server answered ${response.status} ${response.statusText}`.trim() + '.',
      response.status,
    );
  }
  if (received.length > 0) await startAgain();
  return response.headers.has('content-encoding') ? undefined : bodyLength;
}

function numberOrUndefined(text: string | null): number | undefined {
  return text === null || !/^\d+$/.test(text) ? undefined : Number(text);
}

/** `connect ECONNREFUSED 127.0.0.1:80` rather than the `fetch failed` around it. */
function describeFailure(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return messageOf(error);
  const code = (cause as { code?: unknown }).code;
  const text = cause.message === '' ? messageOf(error) : cause.message;
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text;
}

/** Aborts its signal when `restart` has not been called for a while. */
class Watchdog {
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #timeoutMs: number;
  readonly signal = this.#controller.signal;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.restart();
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#timeoutMs);
  }

  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Also closes the connection where its body has not been read to the end. */
  stop(): void {
    this.pause();
    this.#controller.abort();
  }
}
