// What every model can do: compile, fit, evaluate, predict, and hand out its layers and weights.
import { StateError, ValueError } from '../../base/errors.js';
import type { Profile } from '../../base/profile.js';
import { formatShape, sameShape } from '../../base/shape.js';
import { rejectUnknownOptions } from '../../base/suggest.js';
import { scalar } from '../../tensor/creation.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Variable } from '../../tensor/variable.js';
import type { History } from '../callbacks/history.js';
import type { TrainingRun } from '../callbacks/training-run.js';
import { Layer, type CallContext, type PartialShape } from '../layers/layer.js';
import { checkBoolean } from '../check.js';
import { globalSeed } from '../naming.js';
import { flattenLayers } from '../layers/within.js';
import type { Loss } from '../losses/loss.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { activeReporter, type ReportOptions, type ReportResult } from '../reporting.js';
import type { LoadWeightsOptions } from '../saving/foreign/restore-foreign.js';
import type { ModelSource } from '../saving/places/place.js';
import type { SaveProgramsOptions } from '../saving/programs/write-programs.js';
import { readModelFile } from '../saving/model-file.js';
import { printSummary, type SummaryOptions } from '../summary/summary.js';
import { BatchPrograms, predictionOf, predictOnBatch } from './batch-programs.js';
import type { Compiled, CompileOptions } from './compiled.js';
import { activeCompiling } from './compiling.js';
import { alignInput, toTensor, type ModelData } from './data.js';
import type { TrainableModel } from './fit.js';
import { loadTraining } from './load-training.js';
import type { EvaluateOptions, FitOptions, TestOnBatchOptions, TrainOnBatchOptions } from './options.js';
import { predict } from './predict.js';
import type { ProfileOptions } from './profile.js';
import type { PredictOptions } from './run-options.js';
import type { TrainingRecord } from './training-record.js';

/** Loaded when it is used: a page that only loads models writes none. */
const loadWriting = () => import('../saving/writing.js');

/** What every model takes. */
export interface ModelOptions {
  /** `sequential`, `sequential_1`, ... unless given. */
  readonly name?: string;
  /** Whether training moves its weights, true unless given; what its layers say of themselves stays. */
  readonly trainable?: boolean;
}

/** The loss and then the metrics, in the order of compile. */
export type Results = [loss: number, ...metrics: number[]];

/** The loss and the metrics by name. */
export type NamedResults = Record<string, number>;

/** A model is a layer, as in Keras: it can be a layer of another model, which then trains, counts and saves its weights. */
export abstract class Model extends Layer implements TrainableModel {
  /** Keras's class name: 'Sequential'. */
  readonly className: string;
  /** Set it to true, for example in a callback, to end training after the current batch. */
  stopTraining = false;
  /** The training under way, for callbacks that keep it or look into its steps; undefined outside of fit. */
  run: TrainingRun | undefined;
  #compiled: Compiled | undefined;
  #programs = new BatchPrograms();
  #isFitting = false;
  #trainingCalls: Variable | undefined;
  #training: TrainingRecord | undefined;

  constructor(className: string, options: ModelOptions = {}) {
    // Its layers have streams of their own.
    super(className, options, 0);
    this.className = className;
  }

  /** The layers in order, without those that only stand for inputs. */
  abstract get layers(): readonly Layer[];
  /** Whether the weights have been made. */
  abstract override get built(): boolean;
  /** The shape of inputs, batch axis (null) first. @throws StateError before it is known */
  abstract override get inputShape(): PartialShape;
  /** The shape of the output, batch axis (null) first. @throws StateError before it is known */
  abstract override get outputShape(): PartialShape;
  /** Makes the weights for inputs of `inputShape`, batch axis (null) first. */
  abstract override build(inputShape: PartialShape): void;
  /** The computation itself: x [B, ...] of the model's input shape. Users call `apply`. */
  abstract override call(x: Tensor, context: CallContext): Tensor;
  /** What makes an equal model again, in Keras's names and spelling: the layers and their options, without weights. */
  abstract override getConfig(): Record<string, unknown>;
  abstract inputShapeFor(x: Tensor, what: string): PartialShape;
  abstract outputShapeFor(shape: readonly number[]): readonly number[];

  override get innerLayers(): readonly Layer[] {
    return this.layers;
  }

  override get module(): string {
    return 'keras';
  }

  /** Makes the weights where there are none yet. @throws StateError if it was built for other inputs */
  override ensureBuilt(inputShape: PartialShape): void {
    if (!this.built) return this.build(inputShape);
    const known = this.inputShape;
    const fits =
      known.length === inputShape.length &&
      known.every((size, axis) => axis === 0 || size === null || size === inputShape[axis]);
    if (!fits)
      throw new StateError(
        `Model "${this.name}" was built for inputs of shape ${formatShape(known)}, received ${formatShape(inputShape)}.`,
      );
  }

  /** The same as `trainableWeights`. */
  get trainableVariables(): Variable[] {
    return this.trainableWeights;
  }

  /** Whether its weights are float64; then data of float64 stays as it is. */
  get isDouble(): boolean {
    return this.weights.some((variable) => variable.dtype === 'float64');
  }

  /** Number of weights' elements. @throws StateError before the model is built */
  override countParams(): number {
    if (!this.built)
      throw new StateError(
        `countParams: model "${this.name}" is not built yet. Give its first layer an inputShape, or call build([null, ...]).`,
      );
    return super.countParams();
  }

  /** A layer by its name or its position. @throws ValueError if there is none */
  getLayer(nameOrIndex: string | number): Layer {
    return this.findLayer('getLayer', nameOrIndex);
  }

  protected findLayer(what: string, nameOrIndex: string | number): Layer {
    const { layers } = this;
    const found =
      typeof nameOrIndex === 'number' ? layers.at(nameOrIndex) : layers.find((layer) => layer.name === nameOrIndex);
    if (!found)
      throw new ValueError(
        `${what}: model "${this.name}" has no layer ${typeof nameOrIndex === 'number' ? nameOrIndex : `'${nameOrIndex}'`}. Its layers: ${layers.map((layer) => layer.name).join(', ')}.${this.#whereWithin(nameOrIndex)}`,
      );
    return found;
  }

  /** Which layer holds the one looked for, as a sentence; nothing where none does. */
  #whereWithin(name: string | number): string {
    const holder = this.layers.find((layer) => flattenLayers(layer.innerLayers).some((inner) => inner.name === name));
    return holder ? ` '${name}' is within '${holder.name}': getLayer('${holder.name}').getLayer('${name}').` : '';
  }

  /** The weights as they are now, layer by layer, kernels before biases. @throws StateError before the model is built */
  getWeights(): Tensor[] {
    this.#checkBuilt('getWeights');
    return this.weights.map((variable) => variable.value);
  }

  /**
   * Replaces all weights; in the order of `getWeights`.
   * @throws ValueError or ShapeError unless number and shapes are those of the model
   */
  setWeights(weights: readonly ModelData[]): void {
    this.#checkBuilt('setWeights');
    const variables = this.weights;
    if (weights.length !== variables.length)
      throw new ValueError(
        `setWeights: model "${this.name}" has ${variables.length} weights, received ${weights.length}. They are: ${variables.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(', ')}.`,
      );
    const values = variables.map(({ name, shape, dtype }, index) => {
      const value = toTensor(weights[index]!, `setWeights: weight ${index} ("${name}")`);
      if (!sameShape(value.shape, shape))
        throw new ValueError(
          `setWeights: expected shape ${formatShape(shape)} for weight ${index} ("${name}"), received ${formatShape(value.shape)}.`,
        );
      return value.cast(dtype);
    });
    variables.forEach((variable, index) => variable.assign(values[index]!));
  }

  /**
   * The output for x [B, ...] as a lazy tensor, for training loops of one's own and within compiled functions.
   * `training` turns on what is random in training, such as dropout.
   */
  override apply(x: ModelData, options: { readonly training?: boolean } = {}): Tensor {
    rejectUnknownOptions('apply', options, ['training']);
    const given = toTensor(x, 'apply: x');
    const input = alignInput(given, this.inputShapeFor(given, 'apply: x'), 'apply: x');
    const training = options.training ?? false;
    return this.call(input, { training, step: training ? this.#nextCall() : scalar(0, 'int32'), seed: globalSeed() });
  }

  /** A new number for each training call, so that each draws other random numbers. */
  #nextCall(): Tensor {
    this.#trainingCalls ??= new Variable(scalar(0, 'int32'), { name: `${this.name}/calls`, trainable: false });
    const now = this.#trainingCalls.value;
    this.#trainingCalls.assign(now.add(1));
    return now;
  }

  /**
   * Settles optimizer, loss and metrics: names (camelCase or Keras's snake_case), objects, or functions of
   * (yTrue, yPred).
   * @throws ValueError for what is not known, with the nearest known name
   */
  compile(options: CompileOptions): void {
    this.#compiled = activeCompiling()(options);
    this.#programs.dispose();
    this.#programs = new BatchPrograms();
  }

  /** The optimizer that `compile` was given; undefined before. */
  get optimizer(): Optimizer | undefined {
    return this.#compiled?.optimizer;
  }

  /** The optimizer, once training has begun and it has a state to keep. */
  get trainedOptimizer(): Optimizer | undefined {
    return this.#compiled?.optimizerVariables && this.#compiled.optimizer;
  }

  /** What a file says of the model: its class, its configuration, what it was compiled with. */
  describe(): Record<string, unknown> {
    return {
      module: 'keras',
      class_name: this.className,
      config: this.getConfig(),
      registered_name: this.className,
      build_config: this.built ? { input_shape: this.inputShape } : {},
      compile_config: this.#compiled?.getConfig() ?? {},
    };
  }

  /**
   * What `JSON.stringify(model)` writes: the model's class, configuration and what it was compiled with, without weights;
   * the same as Keras's `model.to_json()`. `modelFromJSON` makes a model of it.
   */
  toJSON(): Record<string, unknown> {
    return this.describe();
  }

  /**
   * Writes the whole model to one file, `model.safetensors`: layers, weights, what it was compiled with, the optimizer's
   * state. `loadModel` reads it. The file is written beside the one of that name and renamed, so that there is always an
   * old or a new one. In Node the path is one on disk, in a page one of the origin's private files. In a page it may also
   * be `indexeddb://name` (the browser's database) or `downloads://name` (for the user to keep).
   * @throws ValueError for a name whose ending is no format that exists, or a place that is not there
   * @throws StateError before the model is built
   * @throws DataError if the file cannot be written
   */
  async save(path: string): Promise<void> {
    const { writeModelFile } = await loadWriting();
    await writeModelFile(this, path, 'save', { withConfig: true });
  }

  /**
   * What `save` writes, as bytes: for a download in a page, or a store of one's own. `loadModel` takes them too.
   * `format` is 'safetensors' unless given.
   * @throws ValueError for a format that there is not, or one of several files
   */
  async toBytes(options: { readonly format?: string } = {}): Promise<Uint8Array<ArrayBuffer>> {
    rejectUnknownOptions('toBytes', options, ['format']);
    const { encodeModel } = await loadWriting();
    return encodeModel(this, 'toBytes', options.format ?? 'safetensors', { withConfig: true });
  }

  /**
   * Compiles what `predict` runs, for pages: they get it as it is with `loadModel(url, { programs })`, and then load no
   * compiler. The file is for this model, whatever its weights become, and this version of Nacre; like `save`, it is
   * written beside the one of that name and renamed.
   * @throws StateError before the model is built
   * @throws ValueError for options that are none, or a place that cannot be written to
   * @throws DataError if the file cannot be written
   * @example
   * await model.save('public/digits.safetensors');
   * await model.savePrograms('public/digits.programs');
   */
  async savePrograms(path: string, options: SaveProgramsOptions = {}): Promise<void> {
    this.#checkBuilt('savePrograms');
    const { writePrograms } = await loadWriting();
    await writePrograms(this, predictionOf(this), path, options);
  }

  /** Writes the weights to a file, `weights.safetensors`, and the optimizer's state once there is one. As `save`. */
  async saveWeights(path: string): Promise<void> {
    const { writeModelFile } = await loadWriting();
    await writeModelFile(this, path, 'saveWeights', { withConfig: false });
  }

  /**
   * Reads the weights of a file that `saveWeights` or `save` wrote into this model, and the optimizer's state where the
   * model is compiled with the same kind of optimizer. Weights are found by name, or, where layers have other names, one
   * after the other. With `byName` only layers whose names the file has get their weights, and no more is
   * read. With `skipMismatch` layers whose weights are missing or of other shapes keep theirs: a warning lists them, and
   * the optimizer keeps its state. The file may lie wherever `loadModel` finds one.
   *
   * A file of another program, such as PyTorch's `save_file(model.state_dict(), 'x.safetensors')`, has other names and
   * another order of axes. Both follow from the shapes where these leave no doubt; otherwise `names` says what the file
   * calls the weights and `layout` whose order it has.
   * @throws StateError before the model is built
   * @throws DataError, with nothing changed, if there is no such file, it is damaged, its weights are not the model's, or
   * it cannot be told which is which
   * @example
   * await model.loadWeights('net.safetensors', { names: { dense: 'fc1', dense_1: 'fc2' }, layout: 'pytorch' });
   */
  async loadWeights(source: ModelSource, options: LoadWeightsOptions = {}): Promise<void> {
    rejectUnknownOptions('loadWeights', options, ['byName', 'skipMismatch', 'names', 'layout', 'flattened']);
    const byName = checkBoolean(options.byName ?? false, 'loadWeights: byName');
    const skipMismatch = checkBoolean(options.skipMismatch ?? false, 'loadWeights: skipMismatch');
    this.#checkBuilt('loadWeights');
    const file = await readModelFile(source, 'loadWeights');
    const { restoreOptimizer, restoreOwnOrForeign } = await import('../saving/restoring.js');
    const isWhole = restoreOwnOrForeign(this, file, { ...options, byName, skipMismatch });
    if (!file.optimizer || !this.#compiled || byName || !isWhole) return;
    restoreOptimizer(this.buildOptimizer('loadWeights'), file);
  }

  /** The optimizer with its state made, for the weights that are trainable now. @throws StateError before `compile` */
  buildOptimizer(what: string): Optimizer {
    const compiled = this.#checkCompiled(what);
    compiled.variablesOf(this);
    return compiled.optimizer;
  }

  /** The loss that `compile` was given; undefined before. */
  get loss(): Loss | undefined {
    return this.#compiled?.measured.loss;
  }

  /** What the last `fit` returned; undefined before. */
  get history(): History | undefined {
    return this.#training?.history;
  }

  /** The last `fit`: its history, its settings, how long it took; undefined before. */
  get training(): TrainingRecord | undefined {
    return this.#training;
  }

  /** Called when layers come or go: programs that were traced are of another model. */
  protected layersChanged(): void {
    this.#compiled?.passes.clear();
    this.#programs.dispose();
    this.#programs = new BatchPrograms();
  }

  #checkBuilt(what: string): void {
    if (!this.built)
      throw new StateError(
        `${what}: model "${this.name}" is not built yet, so it has no weights. Give its first layer an inputShape, or call build([null, ...]).`,
      );
  }

  #checkCompiled(what: string): Compiled {
    if (!this.#compiled)
      throw new StateError(
        `${what}: model "${this.name}" is not compiled yet. Call model.compile({ optimizer, loss, metrics }) first.`,
      );
    return this.#compiled;
  }

  /**
   * Trains on x [samples, ...] and y for a number of epochs. Returns the loss and the metrics of each epoch.
   *
   * The whole step (picking the batch, forward, backward, the update, the metrics) is one compiled program; the last,
   * smaller batch gives exactly what Keras gives.
   * @throws StateError before `compile`
   * @throws ShapeError, DataError or ValueError, before anything is trained, for data and options that do not fit
   * @throws StoppedError if `signal` asks to stop
   */
  async fit(x: ModelData, y: ModelData, options: FitOptions = {}): Promise<History> {
    const compiled = this.#checkCompiled('fit');
    if (this.#isFitting)
      throw new StateError(`fit: model "${this.name}" is being trained already; await the call before.`);
    this.#isFitting = true;
    let release: (() => void) | undefined;
    try {
      const { claimWeights, fit, recordTraining } = await loadTraining();
      release = claimWeights(this);
      this.#training = await recordTraining(x, options, () => fit(this, compiled, x, y, options));
      return this.#training.history;
    } finally {
      this.#isFitting = false;
      release?.();
      this.run = undefined;
    }
  }

  /**
   * The loss and the metrics over x and y, as `[loss, ...metrics]`, or by name with `returnDict`.
   * @throws StateError before `compile`
   * @throws ShapeError, DataError or ValueError for data and options that do not fit
   */
  evaluate(x: ModelData, y: ModelData, options: EvaluateOptions & { readonly returnDict: true }): Promise<NamedResults>;
  evaluate(x: ModelData, y: ModelData, options?: EvaluateOptions & { readonly returnDict?: false }): Promise<Results>;
  async evaluate(x: ModelData, y: ModelData, options: EvaluateOptions = {}): Promise<Results | NamedResults> {
    const compiled = this.#checkCompiled('evaluate');
    const { evaluate } = await loadTraining();
    const results = await evaluate(this, compiled, x, y, options);
    return asResults(results, options.returnDict);
  }

  /** The output for x [samples, ...], computed batch by batch: [samples, ...output]. */
  async predict(x: ModelData, options: PredictOptions = {}): Promise<Tensor> {
    return predict(this, this.#programs, x, options);
  }

  /** The output for one batch x [B, ...]: [B, ...output]. */
  async predictOnBatch(x: ModelData): Promise<Tensor> {
    return predictOnBatch(this, this.#programs, x);
  }

  /** One training step on the batch x, y; gives the loss and the metrics of this batch, before the step. */
  trainOnBatch(
    x: ModelData,
    y: ModelData,
    options: TrainOnBatchOptions & { readonly returnDict: true },
  ): Promise<NamedResults>;
  trainOnBatch(
    x: ModelData,
    y: ModelData,
    options?: TrainOnBatchOptions & { readonly returnDict?: false },
  ): Promise<Results>;
  async trainOnBatch(x: ModelData, y: ModelData, options: TrainOnBatchOptions = {}): Promise<Results | NamedResults> {
    const compiled = this.#checkCompiled('trainOnBatch');
    const { onBatch } = await loadTraining();
    const results = await onBatch('trainOnBatch', this, compiled, this.#programs, x, y, options);
    return asResults(results, options.returnDict);
  }

  /** The loss and the metrics of the batch x, y. */
  testOnBatch(
    x: ModelData,
    y: ModelData,
    options: TestOnBatchOptions & { readonly returnDict: true },
  ): Promise<NamedResults>;
  testOnBatch(
    x: ModelData,
    y: ModelData,
    options?: TestOnBatchOptions & { readonly returnDict?: false },
  ): Promise<Results>;
  async testOnBatch(x: ModelData, y: ModelData, options: TestOnBatchOptions = {}): Promise<Results | NamedResults> {
    const compiled = this.#checkCompiled('testOnBatch');
    const { onBatch } = await loadTraining();
    const results = await onBatch('testOnBatch', this, compiled, this.#programs, x, y, options);
    return asResults(results, options.returnDict);
  }

  /**
   * Measures where the time of a training step on x [samples, ...] and y goes, and prints a line for each of its kernels:
   * operations, time, arithmetic and memory a second, share, and how near it comes to what the machine can do. Weights,
   * the optimizer's state and random numbers stay as they are; like `fit`, it makes the weights if there are none yet, and
   * settles which of them are trained.
   * @throws StateError before `compile`, while the model is being trained, or on a backend without kernels
   * @throws ShapeError, DataError or ValueError for data and options that do not fit
   */
  async profile(x: ModelData, y: ModelData, options: ProfileOptions = {}): Promise<Profile> {
    const compiled = this.#checkCompiled('profile');
    if (this.#isFitting) throw new StateError(`profile: model "${this.name}" is being trained; await fit before.`);
    const { profile } = await loadTraining();
    return profile(this, compiled, x, y, options);
  }

  /**
   * Judges the model on x [samples, ...] and y and writes what comes out as a folder: `report.html`, a page that needs
   * nothing else (results, training curves, confusion matrix, ROC and precision-recall curves, the worst mistakes; for
   * a regression predicted against true values and residuals; layers and settings), `history.json`, and each picture as
   * PNG and SVG. Without `directory` nothing is written, and the page is in the result. In browsers `writeReport` does the
   * same.
   * @throws StateError before the model is built
   * @throws ShapeError, DataError or ValueError for data and options that do not fit, or predictions that are not finite
   * @throws DataError if the folder cannot be written
   * @throws StoppedError, with nothing written, if `signal` asks to stop
   * @example
   * await model.fit(xTrain, yTrain, { epochs: 5, validationSplit: 0.1 });
   * const { files } = await model.report(xTest, yTest, { directory: 'reports/first' });
   */
  async report(x: ModelData, y: ModelData, options: ReportOptions = {}): Promise<ReportResult> {
    return activeReporter()(this, x, y, options);
  }

  /** Prints a table of the layers, their output shapes and numbers of parameters. */
  summary(options: SummaryOptions = {}): void {
    printSummary(this, this.#compiled?.optimizerVariables, options);
  }

  override toString(): string {
    return `${this.name} (${this.layers.map((layer) => layer.name).join(' -> ')})`;
  }
}

function asResults(results: readonly [string, number][], asDict = false): Results | NamedResults {
  return asDict ? Object.fromEntries(results) : (results.map(([, value]) => value) as Results);
}
