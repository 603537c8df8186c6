// A value in a backend's memory.
import type { DType } from '../base/dtype.js';
import type { NDArray } from '../base/ndarray.js';
import { sizeOf, type Shape } from '../base/shape.js';
import type { Backend, DeviceBuffer } from '../runtime/backend.js';

export class DeviceValue {
  readonly backend: Backend;
  readonly buffer: DeviceBuffer;

  /** Copies `array` into the memory of `backend`. */
  constructor(backend: Backend, array: NDArray) {
    this.backend = backend;
    this.buffer = backend.allocate(array.data.byteLength);
    backend.write(this.buffer, array.data);
  }

  get byteLength(): number {
    return this.buffer.byteLength;
  }

  /** Replaces the value by one of the same size. */
  write(array: NDArray): void {
    this.backend.write(this.buffer, array.data);
  }

  /** A copy of the value as of all that has been asked to run so far. */
  async read(dtype: DType, shape: Shape): Promise<NDArray> {
    return { dtype, shape, data: await this.backend.read(this.buffer, dtype, sizeOf(shape)) };
  }

  /** Gives the memory back; the value is gone. */
  free(): void {
    this.backend.free(this.buffer);
  }
}
