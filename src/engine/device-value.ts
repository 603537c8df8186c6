// A value in a backend's memory.
import type { DType } from '../base/dtype.js';
import type { NDArray } from '../base/ndarray.js';
import { sizeOf, type Shape } from '../base/shape.js';
import { andThen, type Soon } from '../base/soon.js';
import type { Backend, DeviceBuffer } from '../runtime/backend.js';

export class DeviceValue {
  readonly backend: Backend;
  readonly buffer: DeviceBuffer;

  /** Takes over the buffer. */
  constructor(backend: Backend, buffer: DeviceBuffer) {
    this.backend = backend;
    this.buffer = buffer;
  }

  /** Copies `array` into the memory of `backend`. */
  static of(backend: Backend, array: NDArray): DeviceValue {
    const value = new DeviceValue(backend, backend.allocate(array.data.byteLength));
    value.write(array);
    return value;
  }

  get byteLength(): number {
    return this.buffer.byteLength;
  }

  /** Replaces the value by one of the same size. */
  write(array: NDArray): void {
    this.backend.write(this.buffer, array.data);
  }

  /** A copy of the value as of all that has been asked to run so far. */
  read(dtype: DType, shape: Shape): Soon<NDArray> {
    return andThen(this.backend.read(this.buffer, dtype, sizeOf(shape)), (data) => ({ dtype, shape, data }));
  }

  /** Gives the memory back; the value is gone. */
  free(): void {
    this.backend.free(this.buffer);
  }
}
