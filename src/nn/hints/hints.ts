// Runs the hints of one fit: at its start and after its epochs, between the steps and never within one. Each is told at
// most once for as long as the model stays compiled as it is.
import { activeConsole } from '../console.js';
import { Course, type CourseSource } from './course.js';
import { lineOf, type Advice, type Hint, type HintName } from './hint.js';
import { allHints } from './list.js';
import type { Logs } from '../callbacks/callback.js';

/** What has been told, for each compiled model: a training that goes on in another fit needs not hear it again. */
const told = new WeakMap<object, Set<HintName>>();

export interface HintsOptions extends CourseSource {
  /** What `compile` made: another one begins anew. */
  readonly compiled: object;
  readonly wanted: ReadonlySet<HintName>;
}

export class Hints {
  readonly #hints: readonly Hint[];
  readonly #told: Set<HintName>;
  readonly #course: Course;

  constructor(options: HintsOptions) {
    this.#hints = allHints.filter(({ name }) => options.wanted.has(name));
    this.#told = told.get(options.compiled) ?? new Set();
    told.set(options.compiled, this.#told);
    this.#course = new Course(options);
  }

  /** Called before the first step. */
  async begin(): Promise<void> {
    await this.#tell((hint) => hint.atStart?.(this.#course.plan));
  }

  /** Called after an epoch with its logs and the number of its steps. `isOver` says that no other follows. */
  async epochEnded(logs: Logs, steps: number, isOver: boolean): Promise<void> {
    await this.#course.add(logs, steps, isOver);
    await this.#tell((hint) => hint.afterEpoch?.(this.#course));
  }

  async #tell(ask: (hint: Hint) => Advice | undefined | Promise<Advice | undefined>): Promise<void> {
    for (const hint of this.#hints) {
      const { name, explainedBy = [] } = hint;
      if (this.#told.has(name) || explainedBy.some((cause) => this.#told.has(cause))) continue;
      const advice = await ask(hint);
      if (!advice) continue;
      this.#told.add(name);
      activeConsole().warn(lineOf(name, advice));
    }
  }
}
