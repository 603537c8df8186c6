// Curves between 0 and 1 over 0 and 1 with a line to compare with: ROC, precision-recall, calibration.
import { finite, type JsonObject, type PictureOptions, type VegaLiteSpec } from './spec.js';
import { ink, seriesScales, themed } from './theme.js';
import { thinCurve } from './thin.js';

export interface Curve {
  /** In the legend. */
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

export interface CurvesOptions extends PictureOptions {
  readonly xLabel: string;
  readonly yLabel: string;
  /** The line to compare with, from one point to the other. */
  readonly reference?:
    | { readonly name: string; readonly from: readonly [number, number]; readonly to: readonly [number, number] }
    | undefined;
  /** How points are joined. */
  readonly interpolate?: 'linear' | 'step-after';
  readonly markers?: boolean;
}

const side = 360;

/** More digits than these would make the file longer and no pixel different. */
const share = (value: number): number | null => finite(Math.round(value * 1e4) / 1e4);

/** The curves over a square, their names in the legend. */
export function curvesSpec(curves: readonly Curve[], options: CurvesOptions): VegaLiteSpec {
  return themed(options.title, {
    width: options.width ?? side,
    height: options.height ?? side,
    ...curvesLayer(curves, options),
  });
}

/** The part of a specification that draws the curves, for pictures made of several. */
export function curvesLayer(curves: readonly Curve[], options: CurvesOptions): JsonObject {
  const { reference, interpolate = 'linear', markers = false } = options;
  const { colour, dash } = seriesScales(curves.map(({ name }) => name));
  const withReference = (scale: JsonObject, value: string | readonly number[]): JsonObject =>
    reference === undefined
      ? scale
      : {
          domain: [...(scale.domain as readonly string[]), reference.name],
          range: [...(scale.range as readonly (string | readonly number[])[]), value],
        };
  const values = curves.flatMap(({ name, x, y }) =>
    thinCurve(x, y).map((i, order) => ({ x: share(x[i]!), y: share(y[i]!), curve: name, order })),
  );
  const legend = { title: null, symbolType: 'stroke' };
  const axis = (field: string, title: string): JsonObject => ({
    field,
    type: 'quantitative',
    title,
    scale: { domain: [0, 1], nice: false },
    axis: { values: [0, 0.2, 0.4, 0.6, 0.8, 1], format: '.1f' },
  });
  return {
    encoding: {
      x: axis('x', options.xLabel),
      y: axis('y', options.yLabel),
      order: { field: 'order', type: 'quantitative' },
      color: { field: 'curve', type: 'nominal', scale: withReference(colour, ink.faint), legend },
      strokeDash: { field: 'curve', type: 'nominal', scale: withReference(dash, [4, 4]), legend },
    },
    layer: [
      ...(reference === undefined
        ? []
        : [
            {
              data: {
                values: [reference.from, reference.to].map(([x, y], order) => ({ x, y, curve: reference.name, order })),
              },
              mark: { type: 'line', strokeWidth: 1.5 },
            },
          ]),
      { data: { values }, mark: { type: 'line', interpolate, point: markers ? { filled: true, size: 48 } : false } },
    ],
  };
}
