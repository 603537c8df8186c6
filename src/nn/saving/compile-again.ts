// Compiles a model as a file says that it was compiled. Apart from the rest of loadModel, since it brings optimizers,
// losses and metrics along.
import { DataError, messageOf } from '../../base/errors.js';
import { isRecord, type Json } from '../../formats/json.js';
import { activeConsole } from '../console.js';
import * as losses from '../losses/index.js';
import * as metrics from '../metrics/index.js';
import type { CompileOptions } from '../model/compiled.js';
import { enableCompiling } from '../model/enable-compiling.js';
import * as optimizers from '../optimizers/index.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import * as schedules from '../optimizers/schedules/index.js';
import { compileConfig } from './keras/compile-config.js';
import { ConfigReader, type CustomObjects, type Namespaces } from './config/from-config.js';
import type { ModelFile } from './format.js';
import { restoreOptimizer } from './restore-optimizer.js';

/** What of a model is needed to compile it. */
interface CompilableModel {
  compile(options: CompileOptions): void;
  buildOptimizer(what: string): Optimizer;
}

/** What models are trained with. */
export const ofTraining: Namespaces = {
  'keras.optimizers': optimizers,
  'keras.optimizers.schedules': schedules,
  'keras.losses': losses,
  'keras.metrics': metrics,
};

/**
 * Compiles the model as the file says, where it does, and gives the optimizer the state that the file has.
 * @throws DataError for a description that `compile` does not take
 */
export function compileAgain(model: CompilableModel, file: ModelFile, custom: CustomObjects): void {
  enableCompiling();
  const config = file.config?.compile_config;
  if (!isRecord(config) || config.loss === undefined) return;
  const reader = new ConfigReader(custom, { namespaces: ofTraining });
  if (compile(model, config, reader, file.place) && file.optimizer)
    restoreOptimizer(model.buildOptimizer('loadModel'), file);
}

/** Compiles as the file says. Whether it could. */
function compile(
  model: CompilableModel,
  config: Readonly<Record<string, Json>>,
  reader: ConfigReader,
  place: string,
): boolean {
  const { optimizer, loss, metrics, weightedMetrics, problems } = compileConfig(config, reader);
  const missing = [...new Set([...problems, ...reader.missingIn([optimizer, loss, metrics, weightedMetrics])])];
  if (missing.length > 0) {
    activeConsole().warn(
      `loadModel: ${place} was compiled with ${missing.join(', ')}, which Nacre does not have and a file cannot hold, so the model is not compiled. Call model.compile(...), or give it in loadModel(path, { customObjects: { name: theFunction } }).`,
    );
    return false;
  }
  const read = (value: Json, what: string): unknown => {
    if (Array.isArray(value)) return value.map((item: Json) => reader.read(item, `${place}, ${what}`));
    return reader.read(value, `${place}, ${what}`);
  };
  const options = {
    optimizer: read(optimizer, 'optimizer'),
    loss: read(loss, 'loss'),
    ...(metrics === null ? {} : { metrics: read(metrics, 'metrics') }),
    ...(weightedMetrics === null ? {} : { weightedMetrics: read(weightedMetrics, 'weighted_metrics') }),
  };
  try {
    // Whatever the file says, compile checks it.
    model.compile(options as CompileOptions);
  } catch (error) {
    throw new DataError(`${place}, compile_config: ${messageOf(error)}`, { cause: error });
  }
  return true;
}
