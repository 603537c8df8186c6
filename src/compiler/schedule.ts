// Puts kernels into phases: each runs after what it reads is written, and after the last reader of what it overwrites.
import type { Kernel } from '../ir/kernel.js';
import { accessesOf, type KernelAccess, type KernelAccesses } from './accesses.js';

/** The kernels of one group, with what they read and write together. */
export interface Unit extends KernelAccesses {
  readonly kernels: readonly Kernel[];
}

export function unitOf(kernels: readonly Kernel[]): Unit {
  const all = kernels.map(accessesOf);
  return {
    kernels,
    reads: all.flatMap(({ reads }) => reads),
    writes: all.flatMap(({ writes }) => writes),
  };
}

/** Buffer `replacement` takes the place of `state`: whoever reads the old value has to run before. */
export interface Overwrite {
  readonly state: number;
  readonly replacement: number;
}

export interface Schedule {
  readonly phases: readonly (readonly Unit[])[];
  /** The phase of each unit. */
  readonly phaseOf: ReadonlyMap<Unit, number>;
}

/** @returns the overwrite that cannot be done in place, if there is one */
export function schedule(units: readonly Unit[], overwrites: readonly Overwrite[]): Schedule | Overwrite {
  const writerOf = new Map<number, Unit>();
  for (const unit of units) for (const { buffer } of unit.writes) writerOf.set(buffer, unit);
  const before = new Map<Unit, Set<Unit>>(units.map((unit) => [unit, new Set<Unit>()]));
  for (const unit of units)
    for (const { buffer } of unit.reads) {
      const writer = writerOf.get(buffer);
      if (writer && writer !== unit) before.get(unit)!.add(writer);
    }
  for (const overwrite of overwrites) {
    const writer = writerOf.get(overwrite.replacement);
    if (!writer) continue;
    for (const reader of units) {
      if (!reader.reads.some(({ buffer }) => buffer === overwrite.state)) continue;
      if (reader === writer) {
        if (!readsOnlyWhatItReplaces(reader, overwrite)) return overwrite;
      } else if (waitsFor(reader, writer, before)) return overwrite;
      else before.get(writer)!.add(reader);
    }
  }
  const phaseOf = new Map<Unit, number>();
  const phase = (unit: Unit): number => {
    const known = phaseOf.get(unit);
    if (known !== undefined) return known;
    const own = Math.max(-1, ...[...before.get(unit)!].map(phase)) + 1;
    phaseOf.set(unit, own);
    return own;
  };
  const phases: Unit[][] = [];
  for (const unit of units) (phases[phase(unit)] ??= []).push(unit);
  return { phases, phaseOf };
}

/** Whether `unit` runs after `other` in any order. */
function waitsFor(unit: Unit, other: Unit, before: ReadonlyMap<Unit, ReadonlySet<Unit>>): boolean {
  const seen = new Set<Unit>();
  const stack = [unit];
  for (let current = stack.pop(); current; current = stack.pop()) {
    if (current === other) return true;
    if (seen.has(current)) continue;
    seen.add(current);
    stack.push(...before.get(current)!);
  }
  return false;
}

/**
 * Every element of the state that the kernels read is one that the same step of theirs replaces, once: nothing is filled
 * in before it is read.
 */
function readsOnlyWhatItReplaces(unit: Unit, { state, replacement }: Overwrite): boolean {
  return unit.kernels.every((kernel) => {
    const { reads, writes } = accessesOf(kernel);
    const placesOf = (accesses: readonly KernelAccess[], of: number): Set<string> =>
      new Set(accesses.filter(({ buffer }) => buffer === of).map(({ at }) => JSON.stringify(at)));
    const read = placesOf(reads, state);
    const replaced = placesOf(writes, replacement);
    return read.size === 0 || (read.size === replaced.size && [...read].every((place) => replaced.has(place)));
  });
}
