// How far a download has come, and the line that says so.

export interface DownloadProgress {
  /** Name of the file, such as `train-images-idx3-ubyte`. */
  readonly file: string;
  readonly url: string;
  /** Bytes at hand, those kept from an earlier attempt included. */
  readonly receivedBytes: number;
  /** Bytes of the whole, where the server says so. */
  readonly totalBytes: number | undefined;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** `Downloading train-images-idx3-ubyte: 4.2 of 9.9 MB (42%)`. */
export function formatProgress(progress: DownloadProgress): string {
  const { file, receivedBytes, totalBytes } = progress;
  if (totalBytes === undefined) return `Downloading ${file}: ${megabytes(receivedBytes)} MB`;
  const percent = totalBytes === 0 ? 100 : Math.floor((100 * receivedBytes) / totalBytes);
  return `Downloading ${file}: ${megabytes(receivedBytes)} of ${megabytes(totalBytes)} MB (${percent}%)`;
}
