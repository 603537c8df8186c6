// The pictures of a report, from what was found out about the model.
import { ShapeError } from './base/errors.js';
import { formatShape } from './base/shape.js';
import { toTensor, type ModelData } from './nn/model/data.js';
import type { ReportedHistory } from './nn/reporting.js';
import { Picture } from './plot/picture.js';
import { dataUrl } from './plot/pixels/base64.js';
import { imagesOf, toPixels, usualRange } from './plot/pixels/image-pixels.js';
import { encodePng } from './plot/pixels/png-file.js';
import { confusionMatrixSpec } from './plot/specs/confusion-matrix.js';
import { historySpec } from './plot/specs/history.js';
import { imageGridSpec } from './plot/specs/image-grid.js';
import { precisionRecallSpec } from './plot/specs/precision-recall.js';
import { predictedTrueSpec } from './plot/specs/predicted-true.js';
import { residualsSpec } from './plot/specs/residuals.js';
import { rocSpec } from './plot/specs/roc.js';
import type { ClassificationResults } from './report/classification.js';
import { count } from './report/numbers.js';
import type { OutputValues } from './report/regression.js';
import { mostCurves } from './report/sections.js';
import type { Tensor } from './tensor/tensor.js';

/** Pictures by the names of their files, without endings. */
export type NamedPictures = Readonly<Record<string, Picture>>;

/** The curves of a training, where there are any. */
export function drawHistory(history: ReportedHistory | undefined): NamedPictures {
  const epochs = Math.max(0, ...Object.values(history?.history ?? {}).map(({ length }) => length));
  return history === undefined || epochs === 0 ? {} : { history: new Picture(historySpec(history)) };
}

/** The images of the worst mistakes. */
export interface MistakeImages {
  /** In the order of the mistakes; each holds its data. */
  readonly urls: readonly string[];
  /** Width by height. */
  readonly aspect: number;
}

/** Least height and width of what is taken for an image where nobody says so: below are more likely tables of numbers. */
const leastSide = 8;

function areImages({ shape }: Tensor): boolean {
  const [, height = 0, width = 0, channels = 1] = shape;
  if (shape.length === 4) return [1, 3, 4].includes(channels);
  return shape.length === 3 && height >= leastSide && width >= leastSide;
}

/**
 * The images that mistakes are shown as: `images` where given, else x where it holds images.
 * @throws ShapeError for `images` of another shape or number
 */
export function imagesToShow(x: ModelData, images: ModelData | false | undefined, samples: number): Tensor | undefined {
  if (images === false) return undefined;
  const source = toTensor(images ?? x, 'report: images');
  if (images === undefined) return areImages(source) ? source : undefined;
  const { shape } = source;
  if (shape[0] !== samples || shape.length < 3 || shape.length > 4)
    throw new ShapeError(
      `report: images: expected shape [${samples}, H, W] or [${samples}, H, W, C], received ${formatShape(shape)}.`,
    );
  return source;
}

/** The images of the worst mistakes among those of all samples. */
export async function imagesOfMistakes(
  { worstMistakes }: ClassificationResults,
  source: Tensor,
): Promise<MistakeImages | undefined> {
  if (worstMistakes.length === 0) return undefined;
  // Only what is shown is computed.
  const shown = await source.gather(worstMistakes.map(({ index }) => index)).realize();
  const array = source.rank === 3 ? { ...shown, shape: [...shown.shape, 1] } : shown;
  const range = usualRange(array);
  const views = imagesOf(array, 'report: images');
  return {
    urls: views.map((view) => dataUrl('image/png', encodePng(toPixels(view, range)))),
    aspect: views[0]!.width / views[0]!.height,
  };
}

/** Matrix, curves, and the worst mistakes where there are images of them. */
export function drawClasses(results: ClassificationResults, images: MistakeImages | undefined): NamedPictures {
  const { classNames, confusionMatrix, curves, mistakes, worstMistakes } = results;
  // Of many classes those that are told apart worst.
  const byArea = curves.filter(({ auc }) => !Number.isNaN(auc)).sort((a, b) => a.auc - b.auc);
  const chosen = new Set(curves.length <= mostCurves ? curves : byArea.slice(0, mostCurves));
  const drawn = curves.filter((curve) => chosen.has(curve));
  const nameOf = (classId: number): string => classNames[classId]!;
  const [only] = drawn;
  const prevalence = curves.length === 1 ? only?.precision[0] : undefined;
  const matrix = confusionMatrixSpec({
    matrix: confusionMatrix.matrix.map((row) => Array.from(row)),
    classNames,
    normalize: undefined,
  });
  return {
    'confusion-matrix': new Picture(matrix),
    roc: new Picture(
      rocSpec(
        drawn.map(({ classId, fpr, tpr, auc }) => ({
          name: nameOf(classId),
          falsePositiveRate: fpr,
          truePositiveRate: tpr,
          area: auc,
        })),
      ),
    ),
    'precision-recall': new Picture(
      precisionRecallSpec(
        drawn.map(({ classId, precision, recall, averagePrecision }) => ({
          name: nameOf(classId),
          precision,
          recall,
          averagePrecision,
        })),
        { prevalence },
      ),
    ),
    ...(images === undefined
      ? {}
      : {
          mistakes: new Picture(
            imageGridSpec(
              worstMistakes.map(({ label, prediction, confidence }, place) => ({
                url: images.urls[place]!,
                label: nameOf(label),
                prediction: nameOf(prediction),
                confidence,
                isRight: false,
              })),
              {
                title: 'Worst mistakes',
                subtitle: `${worstMistakes.length} of ${count(mistakes)}`,
                aspect: images.aspect,
                columns: 8,
              },
            ),
          ),
        }),
  };
}

/** More outputs than this are not told apart. */
const mostOutputs = 6;

/** Predicted against true values, and the errors. */
export function drawNumbers(outputs: readonly OutputValues[]): NamedPictures {
  const drawn = outputs.slice(0, mostOutputs);
  return {
    predicted: new Picture(predictedTrueSpec(drawn)),
    residuals: new Picture(
      residualsSpec(
        drawn.map(({ name, truth, predicted }) => ({
          name,
          residuals: truth.map((value, i) => value - predicted[i]!),
        })),
      ),
    ),
  };
}
