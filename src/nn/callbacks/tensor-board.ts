// Logs for TensorBoard: curves, histograms and pictures of the weights, and the model as a graph, in event files such as
// TensorFlow and Keras write.
import { ValueError } from '../../base/errors.js';
import { EventFile } from '../../formats/tensorboard/event-file.js';
import { encodeGraph, type GraphNode } from '../../formats/tensorboard/graph-def.js';
import { histogram } from '../../formats/tensorboard/histogram.js';
import { histogramValue, imagesValue, modelValue, scalarValue } from '../../formats/tensorboard/summaries.js';
import { checkBoolean, checkWhole, show } from '../check.js';
import { activeConsole } from '../console.js';
import { activeFiles } from '../files.js';
import type { Layer } from '../layers/layer.js';
import { weightsByPath } from '../layers/within.js';
import { Callback, type Logs, type ObservedModel } from './callback.js';
import { withLeading } from './options.js';
import type { TrainingRun } from './training-run.js';
import { weightPictures } from './weight-pictures.js';

export interface TensorBoardOptions {
  /** The folder for the logs; 'logs' unless given. Give each run one of its own, below one that TensorBoard is told. */
  readonly logDir?: string;
  /** After every so many epochs, a histogram of each weight; 0, none, unless given. */
  readonly histogramFreq?: number;
  /** Whether the model is written, for the conceptual graph; true unless given. */
  readonly writeGraph?: boolean;
  /** Whether each histogram comes with a picture of the weight; false unless given. */
  readonly writeImages?: boolean;
  /** Whether to write how many steps a second were done; false unless given. */
  readonly writeStepsPerSecond?: boolean;
  /** Also writes the loss and the metrics of each batch ('batch'), or of every so many; 'epoch' unless given. */
  readonly updateFreq?: 'epoch' | 'batch' | number;
  /** Keras profiles batches for TensorBoard. Here `model.profile` does so, and this can only be 0. */
  readonly profileBatch?: 0;
}

const optionNames = [
  'logDir',
  'histogramFreq',
  'writeGraph',
  'writeImages',
  'writeStepsPerSecond',
  'updateFreq',
  'profileBatch',
] as const satisfies readonly (keyof TensorBoardOptions)[];

/** How long values of batches may wait before they are written: often enough to watch, seldom enough to cost nothing. */
const secondsBetweenFlushes = 2;

const what = 'callbacks.tensorBoard';

class TensorBoard extends Callback {
  readonly #logDir: string;
  readonly #histogramFreq: number;
  readonly #writeGraph: boolean;
  readonly #writeImages: boolean;
  readonly #writeStepsPerSecond: boolean;
  /** Files by the folder within the log's; made when there is something to write. */
  #writers = new Map<'train' | 'validation', EventFile>();
  #isGraphDue = false;
  /** Undefined where nothing is written of batches. */
  readonly #batchesBetween: number | undefined;
  /** Where batches are counted from. */
  #firstEpoch = 0;
  #lastBatch = { time: 0, batch: 0 };
  #epochStart = { time: 0, iterations: 0 };

  constructor(options: TensorBoardOptions) {
    super();
    this.#logDir = checkFolder(options.logDir ?? 'logs');
    this.#histogramFreq = checkWhole(options.histogramFreq ?? 0, `${what}: histogramFreq`, 0);
    this.#writeGraph = checkBoolean(options.writeGraph ?? true, `${what}: writeGraph`);
    this.#writeImages = checkBoolean(options.writeImages ?? false, `${what}: writeImages`);
    this.#writeStepsPerSecond = checkBoolean(options.writeStepsPerSecond ?? false, `${what}: writeStepsPerSecond`);
    const profileBatch: unknown = options.profileBatch ?? 0;
    if (profileBatch !== 0)
      throw new ValueError(
        `${what}: expected profileBatch 0, received ${show(profileBatch)}. To see where the time of a step goes, call model.profile(x, y).`,
      );
    this.#batchesBetween = checkUpdateFreq(options.updateFreq ?? 'epoch');
  }

  override setModel(model: ObservedModel): void {
    super.setModel(model);
    this.#writers = new Map();
    this.#isGraphDue = this.#writeGraph;
  }

  override async onTrainBegin(): Promise<void> {
    const { run } = this.model!;
    if (run && this.#batchesBetween !== undefined) {
      this.#firstEpoch = run.epoch;
      run.every(this.#batchesBetween, async (logs) => this.#afterBatch(run, await logs()));
    }
    await this.#addGraph();
    // A run of many epochs can be looked at from the start.
    await this.#flush();
  }

  override async onEpochBegin(): Promise<void> {
    if (this.#writeStepsPerSecond)
      this.#epochStart = { iterations: await this.#iterations(), time: activeConsole().now() };
    this.#lastBatch = { batch: this.model!.run?.batch ?? 0, time: this.#epochStart.time };
  }

  async #afterBatch({ epoch, batch }: TrainingRun, logs: Logs): Promise<void> {
    const writer = this.#writer('train');
    // Where a run goes on after an interruption, its batches go on too: the epochs before it count.
    const step = (epoch - this.#firstEpoch) * this.params!.steps + batch;
    if (this.#writeStepsPerSecond) {
      const rate = (batch - this.#lastBatch.batch) / secondsSince(this.#lastBatch.time);
      writer.add(step, scalarValue('batch_steps_per_second', rate));
      this.#lastBatch = { batch, time: activeConsole().now() };
    }
    for (const [name, value] of Object.entries(logs)) writer.add(step, scalarValue(`batch_${name}`, value));
    if (writer.waitingSeconds >= secondsBetweenFlushes) await writer.flush();
  }

  override async onTestEnd(logs: Logs): Promise<void> {
    await this.#addGraph();
    const iterations = await this.#iterations();
    const writer = this.#writer('validation');
    for (const [name, value] of Object.entries(logs))
      writer.add(iterations, scalarValue(`evaluation_${name}_vs_iterations`, value));
    // Where it is evaluate that was called, nothing else follows.
    await this.#flush();
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const own: Logs = {};
    for (const [name, value] of Object.entries(logs))
      if (name.startsWith('val_')) this.#writer('validation').add(epoch, scalarValue(`epoch_${name.slice(4)}`, value));
      else own[name] = value;
    const { optimizer } = this.model!;
    if (optimizer) own.learning_rate = await optimizer.currentLearningRate().item();
    if (this.#writeStepsPerSecond)
      own.steps_per_second =
        ((await this.#iterations()) - this.#epochStart.iterations) / secondsSince(this.#epochStart.time);
    for (const [name, value] of Object.entries(own))
      this.#writer('train').add(epoch, scalarValue(`epoch_${name}`, value));
    if (this.#histogramFreq > 0 && epoch % this.#histogramFreq === 0) await this.#addWeights(epoch);
    await this.#flush();
  }

  override async onTrainEnd(): Promise<void> {
    await this.#flush();
  }

  #writer(folder: 'train' | 'validation'): EventFile {
    let writer = this.#writers.get(folder);
    if (!writer) {
      writer = new EventFile(activeFiles(), `${this.#logDir}/${folder}`);
      this.#writers.set(folder, writer);
    }
    return writer;
  }

  async #flush(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.flush();
  }

  async #iterations(): Promise<number> {
    return (await this.model!.optimizer?.iterations.value.item()) ?? 0;
  }

  async #addGraph(): Promise<void> {
    if (!this.#isGraphDue) return;
    this.#isGraphDue = false;
    const writer = this.#writer('train');
    writer.add(0, modelValue('keras', JSON.stringify(this.model!.describe())));
    // Keras writes none, so that TensorBoard greets with an error until its conceptual graph is chosen.
    writer.addGraph(await encodeGraph(modelNodes(this.model!)));
  }

  async #addWeights(epoch: number): Promise<void> {
    const writer = this.#writer('train');
    const { name, layers } = this.model!;
    for (const [path, weight] of weightsByPath(layers)) {
      const values = await weight.value.data();
      writer.add(epoch, histogramValue(`${name}/${path}/histogram`, histogram(values)));
      if (!this.#writeImages) continue;
      const [first, ...others] = weightPictures(weight.shape, values);
      if (first) writer.add(epoch, await imagesValue(`${name}/${path}/image`, [first, ...others]));
    }
  }
}

/** The layers, one after the other, in a group of the model's name. */
function modelNodes({ name, layers }: ObservedModel): GraphNode[] {
  const [first] = layers;
  // What stands for the inputs is no layer of the model, but has a place of its own in a graph.
  const nodes: GraphNode[] = [
    { name: `${name}/input_layer`, op: 'InputLayer', inputs: [], shape: first?.built ? first.inputShape : undefined },
  ];
  const add = (layer: Layer, group: string): void => {
    // A model within the model is a group of its own.
    for (const inner of layer.innerLayers) add(inner, `${group}/${layer.name}`);
    if (layer.innerLayers.length > 0) return;
    nodes.push({
      name: `${group}/${layer.name}`,
      op: layer.className,
      inputs: [nodes.at(-1)!.name],
      shape: layer.built ? layer.outputShape : undefined,
    });
  };
  for (const layer of layers) add(layer, name);
  return nodes;
}

function secondsSince(start: number): number {
  // Two looks at a coarse clock may give the same time.
  return Math.max(activeConsole().now() - start, 1e-3) / 1000;
}

function checkFolder(folder: unknown): string {
  if (typeof folder !== 'string' || folder === '')
    throw new ValueError(`${what}: logDir: expected the path of a folder, received ${show(folder)}.`);
  return folder.length > 1 ? folder.replace(/\/+$/, '') : folder;
}

/** After how many batches to write; undefined for never. */
function checkUpdateFreq(frequency: unknown): number | undefined {
  if (frequency === 'epoch') return undefined;
  if (frequency === 'batch') return 1;
  if (typeof frequency === 'number') return checkWhole(frequency, `${what}: updateFreq`);
  throw new ValueError(
    `${what}: updateFreq: expected 'epoch', 'batch' or a number of batches, received ${show(frequency)}.`,
  );
}

/**
 * Writes logs that TensorBoard shows (`tensorboard --logdir logs`), as Keras's callback does: `train` and `validation`
 * below `logDir`, with the loss and each metric of an epoch, the learning rate, what each validation gave by the number of
 * training steps, the model as a graph, and, where asked for, batches, histograms and pictures of the weights.
 *
 * Where `updateFreq` is 'epoch', nothing is done in a step, and otherwise in every so many. A file that cannot be written ends `fit` with a DataError.
 *
 * @example
 * await model.fit(x, y, { epochs: 5, callbacks: callbacks.tensorBoard('logs/first', { histogramFreq: 1 }) })
 * @throws ValueError for an unknown option, or a value outside what is allowed
 */
export function tensorBoard(
  logDir: string | TensorBoardOptions = {},
  options: Omit<TensorBoardOptions, 'logDir'> = {},
): Callback {
  return new TensorBoard(withLeading(what, 'logDir', logDir, options, optionNames));
}
