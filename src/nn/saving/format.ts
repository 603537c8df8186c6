// What every format of model files is given and gives: a model as plain data. A format knows nothing of models, and
// whoever saves or loads a model knows nothing of formats.
import type { DType } from '../../base/dtype.js';
import type { NDArray } from '../../base/ndarray.js';
import type { Shape } from '../../base/shape.js';
import type { Json } from '../../formats/json.js';

/** Arrays under the names of what they are of, in its order. */
export type NamedArrays = ReadonlyMap<string, NDArray>;

/** A weight, without its value. */
export interface WeightOutline {
  /** Within its layer: `kernel`. */
  readonly name: string;
  /** Within the model, where no other has it: `dense/kernel`. */
  readonly path: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly trainable: boolean;
}

/** A layer as files see it. */
export interface LayerOutline {
  readonly name: string;
  /** Keras's class name: `MaxPooling2D`. */
  readonly className: string;
  /** Its own weights, in Keras's order: trainable ones first. */
  readonly weights: readonly WeightOutline[];
  /** Those of a model within a model. */
  readonly layers: readonly LayerOutline[];
}

/** What an optimizer keeps. */
export interface OptimizerState {
  /** Keras's class name; undefined where the file does not say. */
  readonly className: string | undefined;
  /** `optimizer/iteration`, `optimizer/dense_kernel_momentum`; undefined where the file has only an order. */
  readonly names: readonly string[] | undefined;
  /** In the order of Keras's `optimizer.variables`. */
  readonly values: readonly NDArray[];
}

/** What random numbers follow from. */
export interface RandomState {
  readonly seed: number;
  /** One for each layer; a model within the model is followed by those of its layers. */
  readonly streams: readonly number[];
}

/** Keras's own description of a model: its class, `config`, `build_config`, `compile_config`. */
export type ModelConfig = Readonly<Record<string, Json>>;

/** A model as a format writes it. */
export interface ModelContents {
  readonly name: string;
  /** As Keras 3 describes models; undefined where only the weights are kept. */
  readonly config: ModelConfig | undefined;
  readonly layers: readonly LayerOutline[];
  /** By path. */
  readonly weights: NamedArrays;
  /** Undefined before training. */
  readonly optimizer: OptimizerState | undefined;
  readonly random: RandomState;
  /** Further texts and arrays, kept where the format has room for them. */
  readonly texts: ReadonlyMap<string, string>;
  readonly extra: NamedArrays;
}

/** What a file has for a weight. */
export interface FoundWeight {
  /** The name that the file has for it. */
  readonly name: string;
  readonly array: NDArray;
}

/** What a file has for the weights of a model. */
export interface FoundWeights {
  /** By the paths of the model. Those that the file lacks are left out. */
  readonly found: ReadonlyMap<string, FoundWeight>;
  /** What the model has no place for, by the file's names. */
  readonly leftOver: NamedArrays;
}

/** How a file's weights are matched with those of a model. */
export interface MatchOptions {
  /** By the names of the layers alone; otherwise as the format does it, by the layers' order where names differ. */
  readonly byName?: boolean;
  /** Layers whose weights are others than the file's keep theirs, with a warning that lists them, as in Keras. */
  readonly skipMismatch?: boolean;
}

/** What a file says of a model. */
export interface ModelFile {
  /** What errors call it. */
  readonly place: string;
  /** In Keras 3's form; undefined in a file of weights. */
  readonly config: ModelConfig | undefined;
  /** Whether Nacre wrote it, so that its config is as Nacre's own classes describe themselves. */
  readonly isOurs?: boolean;
  /** How many numbers its weights have together: a model made from it can have no more. */
  readonly weightElements: number;
  /** @throws DataError that lists what cannot be matched, where that is not told by what is missing or left over */
  weightsFor(layers: readonly LayerOutline[], options: MatchOptions): FoundWeights;
  readonly optimizer: OptimizerState | undefined;
  readonly random: RandomState | undefined;
  readonly texts: ReadonlyMap<string, string>;
  readonly extra: NamedArrays;
}

/** A file to be read. */
export interface FileSource {
  /** What errors call it: its path, or `the bytes given`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Whether nobody else has the bytes, so that arrays may be views of them. */
  readonly owned?: boolean;
  /** A file beside it, by its name; undefined where there is none. */
  beside(name: string): Promise<Uint8Array | undefined>;
}

/** What a format makes of a model. */
export interface WrittenFile {
  readonly main: Uint8Array<ArrayBuffer>;
  /** Files beside it, by their names, which are written first. */
  readonly beside?: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** A format of model files. */
export interface ModelFormat {
  /** What errors call it: `safetensors`. */
  readonly name: string;
  /** `fileName` is the last part of the path, without folders. Missing where the format is only read. */
  write?(contents: ModelContents, fileName: string): Promise<WrittenFile>;
  /** Missing where the format is only written. @throws DataError for a damaged or foreign file */
  read?(source: FileSource): Promise<ModelFile>;
  /**
   * The files beside `main` that are its alone, so that they go when another takes its place. Missing where there are
   * none. May throw for what is no such file.
   */
  ownFiles?(main: Uint8Array, fileName: string): readonly string[];
}
