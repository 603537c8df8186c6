// A profile: its figures, and their table as text.
import type { Floors, KernelProfile, ProfileFigures, StepProfile } from './profile-figures.js';
import { formatProfile } from './profile-table.js';

/** Where the time of a compiled step goes. As a string, for instance in `${profile}`, it is a table. */
export class Profile implements ProfileFigures {
  readonly backend: string;
  readonly threads: number;
  readonly step: StepProfile;
  readonly kernels: readonly KernelProfile[];
  readonly floors: Floors;

  constructor({ backend, threads, step, kernels, floors }: ProfileFigures) {
    this.backend = backend;
    this.threads = threads;
    this.step = step;
    this.kernels = kernels;
    this.floors = floors;
  }

  /** The table, its kernels with the longest time first, lines of at most `width` characters; 100 unless given. */
  toString(width?: number): string {
    return formatProfile(this, width);
  }
}
