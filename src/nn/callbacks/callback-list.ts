// Calls the callbacks of a run, one after the other, and knows which of them hear of batches.
import { ValueError } from '../../base/errors.js';
import { nearest } from '../../base/suggest.js';
import { hookNames, type CallbackHooks, type CallbackState, type ObservedModel, type RunParams } from './callback.js';

/** What a `callbacks` option takes. */
export type CallbacksOption = CallbackHooks | readonly CallbackHooks[];

/** The parts of a run that consist of batches. */
export type Phase = 'Train' | 'Test' | 'Predict';

type Hook = Exclude<
  keyof CallbackHooks,
  'setParams' | 'setModel' | 'getState' | 'setState' | 'keepsRun' | 'showsProgress' | 'onBatchBegin' | 'onBatchEnd'
>;
type Arguments<Name extends Hook> = Parameters<NonNullable<CallbackHooks[Name]>>;

/** Older names that Keras still calls. */
const olderNames: { readonly [Name in Hook]?: 'onBatchBegin' | 'onBatchEnd' } = {
  onTrainBatchBegin: 'onBatchBegin',
  onTrainBatchEnd: 'onBatchEnd',
};

export class CallbackList {
  readonly #callbacks: readonly CallbackHooks[];

  /** @throws ValueError for what is no callback */
  constructor(option: CallbacksOption | undefined) {
    const callbacks: readonly unknown[] = option === undefined ? [] : Array.isArray(option) ? option : [option];
    this.#callbacks = callbacks.map(checked).sort((a, b) => placeOf(a) - placeOf(b));
  }

  /** Whether a callback shows progress, in place of what fit shows by itself. */
  get showsProgress(): boolean {
    return this.#callbacks.some(({ showsProgress }) => showsProgress === true);
  }

  /** What each callback remembers. */
  getStates(): (CallbackState | undefined)[] {
    return this.#callbacks.map((callback) => callback.getState?.());
  }

  /** Gives each callback what it remembered, in the order of `getStates`. Whether there are as many callbacks. */
  setStates(states: readonly (CallbackState | undefined)[]): boolean {
    if (states.length !== this.#callbacks.length) return false;
    this.#callbacks.forEach((callback, index) => {
      const state = states[index];
      if (state) callback.setState?.(state);
    });
    return true;
  }

  /** Tells the callbacks what they are going to hear of. */
  begin(model: ObservedModel, params: RunParams): void {
    for (const callback of this.#callbacks) {
      callback.setModel?.(model);
      callback.setParams?.(params);
    }
  }

  /** Whether a callback hears of each batch. */
  observesBatches(phase: Phase): boolean {
    return this.#callbacks.some((callback) =>
      (['Begin', 'End'] as const).some((end) => hookOf(callback, `on${phase}Batch${end}`) !== undefined),
    );
  }

  /** Calls one hook of every callback that has it, each after the one before has finished. */
  async call<Name extends Hook>(name: Name, ...args: Arguments<Name>): Promise<void> {
    for (const callback of this.#callbacks) await hookOf(callback, name)?.apply(callback, args);
  }
}

/** One that keeps the run has to see what all others did. */
function placeOf({ keepsRun }: CallbackHooks): number {
  return keepsRun === true ? 1 : 0;
}

function hookOf<Name extends Hook>(
  callback: CallbackHooks,
  name: Name,
): ((...args: Arguments<Name>) => unknown) | undefined {
  const hooks = callback as Readonly<Record<string, ((...args: Arguments<Name>) => unknown) | undefined>>;
  const older = olderNames[name];
  return hooks[name] ?? (older && hooks[older]);
}

function checked(callback: unknown): CallbackHooks {
  if (typeof callback !== 'object' || callback === null)
    throw new ValueError(
      `callbacks: expected objects with hooks such as onEpochEnd, received ${typeof callback}. For a function use callbacks.lambdaCallback({ onEpochEnd: fn }).`,
    );
  const known: readonly string[] = hookNames;
  for (const key of Object.keys(callback)) {
    // Other properties are the callback's own; a hook that does not exist is a slip.
    if (!/^on[A-Z]/.test(key) || known.includes(key)) continue;
    const guess = nearest(key, known);
    const hint = guess === undefined ? '' : ` Did you mean '${guess}'?`;
    throw new ValueError(`callbacks: unknown hook '${key}'.${hint} Known: ${known.join(', ')}.`);
  }
  for (const name of hookNames) {
    const hook = (callback as Readonly<Record<string, unknown>>)[name];
    if (hook !== undefined && typeof hook !== 'function')
      throw new ValueError(`callbacks: expected hook '${name}' to be a function, received ${typeof hook}.`);
  }
  return callback;
}
