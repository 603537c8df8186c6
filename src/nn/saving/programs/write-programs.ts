// Writes the programs of a model's predictions, compiled ahead, for programs-file.ts to read.
import { StateError, ValueError } from '../../../base/errors.js';
import type { NDArray } from '../../../base/ndarray.js';
import { formatShape, type Shape } from '../../../base/shape.js';
import { rejectUnknownOptions } from '../../../base/suggest.js';
import { version } from '../../../base/version.js';
import { writeSafetensors } from '../../../formats/write-safetensors.js';
import { precompile, type PrecompiledProgram } from '../../../tensor/precompiled.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkWhole, show } from '../../check.js';
import type { PartialShape } from '../../layers/layer.js';
import { placeToWrite } from '../places/write-places.js';
import { moduleName, programsName } from './programs-file.js';

export interface SaveProgramsOptions {
  /**
   * How many samples `predict` will be given at a time; [1] unless given. Any other number is compiled where it is used,
   * with the compiler that the page then loads.
   */
  readonly batchSizes?: readonly number[];
  /** Of the samples; float32 unless given. `Uint8Array`s of pixels are uint8. */
  readonly dtype?: 'float32' | 'int32' | 'uint8';
}

const dtypes = ['float32', 'int32', 'uint8'] as const;

/** A model, as far as its predictions go. */
export interface PredictingModel {
  readonly name: string;
  readonly inputShape: PartialShape;
}

/** Compiles what `prediction` computes for each batch size, and writes the programs to a place that models can be saved to. */
export async function writePrograms(
  model: PredictingModel,
  prediction: (x: Tensor) => Tensor,
  path: string,
  options: SaveProgramsOptions,
): Promise<void> {
  rejectUnknownOptions('savePrograms', options, ['batchSizes', 'dtype']);
  const { dtype = 'float32' } = options;
  if (!dtypes.includes(dtype))
    throw new ValueError(`savePrograms: expected dtype to be one of ${dtypes.join(', ')}, received ${show(dtype)}.`);
  const place = placeToWrite(path, 'savePrograms');
  const shapes = checkBatchSizes(options.batchSizes ?? [1]).map((samples) => batchShape(model, samples));
  const programs = await Promise.all(shapes.map((shape) => precompile(prediction, shape, dtype)));
  const described = programs.map(({ key, footprint }) => ({ key, footprint }));
  const bytes = writeSafetensors({
    tensors: new Map(programs.flatMap(({ modules }, i) => moduleArrays(modules, i))),
    metadata: new Map([[programsName, JSON.stringify({ version, programs: described })]]),
  });
  await place.write(bytes, new Map());
}

function checkBatchSizes(given: unknown): readonly number[] {
  if (!Array.isArray(given) || given.length === 0)
    throw new ValueError(`savePrograms: expected batchSizes to be a list such as [1, 32], received ${show(given)}.`);
  return [...new Set(given.map((size) => checkWhole(size, 'savePrograms: batchSizes')))];
}

function batchShape({ name, inputShape }: PredictingModel, samples: number): Shape {
  const shape = [samples, ...inputShape.slice(1)];
  if (shape.some((size) => size === null))
    throw new StateError(
      `savePrograms: model "${name}" takes inputs of shape ${formatShape(inputShape)}; all sizes but the first must be known.`,
    );
  return shape as number[];
}

function moduleArrays(modules: PrecompiledProgram['modules'], program: number): [string, NDArray][] {
  return (['shared', 'unshared'] as const).map((memory) => [
    moduleName(program, memory),
    { dtype: 'uint8', shape: [modules[memory].byteLength], data: modules[memory] },
  ]);
}
