// The layers of the user's own that files may name: registered once, they are saved under `package>Name` and found by it.
import { ValueError } from '../../../base/errors.js';
import { rejectUnknownOptions } from '../../../base/suggest.js';
import { show } from '../../check.js';
import type { Layer } from '../../layers/layer.js';

/** What makes a layer from its options: a class, or a function. */
// `any`: the options are the layer's own, and a parameter's type cannot be left open in another way.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type LayerMaker = (new (options: any) => Layer) | ((options: any) => Layer);

export interface RegisterLayerOptions {
  /** The class's name unless given. A bundler may shorten that, so code for pages should give one. */
  readonly name?: string;
  /** `Custom` unless given. */
  readonly package?: string;
}

/** What a file says of a registered layer. */
export interface Registration {
  /** `Scale` */
  readonly className: string;
  /** `my_package>Scale` */
  readonly registeredName: string;
  readonly maker: LayerMaker;
}

const registrations = new Map<string, Registration>();

function checkPart(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '' && !/[>/]/.test(value)) return value;
  throw new ValueError(`registerLayer: expected ${what} as a text without '>' and '/', received ${show(value)}.`);
}

/**
 * Makes a layer of one's own known to files: a model with it is saved with the name `package>Name`, as Keras's
 * `register_keras_serializable` does, and `loadModel` makes the layer again without `customObjects`. `maker` is a class,
 * made with its options or by its static `fromConfig(config)`, or a function that takes the options. A second
 * registration of a name takes the place of the first.
 * @returns `maker`
 * @throws ValueError for what makes no layer, or a name with '>' or '/'
 * @example
 * class Scale extends layers.Layer { ... }
 * registerLayer(Scale, { package: 'my_package' });
 */
export function registerLayer<Maker extends LayerMaker>(maker: Maker, options: RegisterLayerOptions = {}): Maker {
  rejectUnknownOptions('registerLayer', options, ['name', 'package']);
  // Callers in JavaScript may pass anything.
  const given: unknown = maker;
  if (typeof given !== 'function')
    throw new ValueError(`registerLayer: expected a class or a function that makes a layer, received ${show(given)}.`);
  const className = checkPart(options.name ?? given.name, 'name');
  const registeredName = `${checkPart(options.package ?? 'Custom', 'package')}>${className}`;
  registrations.set(registeredName, { className, registeredName, maker });
  return maker;
}

/** What was registered under `package>Name`. */
export function registeredAs(registeredName: string): Registration | undefined {
  return registrations.get(registeredName);
}

/** The registration that a layer is of: by its class, or, for functions, by the name of its class. */
export function registrationOf(layer: Layer): Registration | undefined {
  const all = [...registrations.values()].reverse();
  return (
    all.find(({ maker }) => maker === layer.constructor) ??
    all.find(({ maker, className }) => !isClass(maker) && className === layer.className)
  );
}

/** What `class` makes can only be called with `new`; its prototype cannot be replaced. */
export function isClass(maker: object): boolean {
  return Object.getOwnPropertyDescriptor(maker, 'prototype')?.writable === false;
}
