// Draws a specification as SVG with Vega, which is loaded when the first picture is drawn.
import type { TopLevelSpec } from 'vega-lite';
import { DataError, messageOf } from '../../base/errors.js';
import type { VegaLiteSpec } from '../specs/spec.js';
import { textWidth } from './text-width.js';

/** What a picture takes of a text mark to know how wide it is. */
interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: number | string;
}

/** Exported by Vega, though not by its types. */
interface TextMetrics {
  width: (item: TextItem, text: unknown) => number;
}

// Several pictures may be drawn at once; the last to be done gives Vega its own way of measuring back.
let drawing = 0;
let own: TextMetrics['width'];

function borrow(metrics: TextMetrics): void {
  if (drawing++ > 0) return;
  own = metrics.width;
  metrics.width = (item, text) => textWidth(text, item.fontSize ?? 11, item.fontWeight);
}

function giveBack(metrics: TextMetrics): void {
  if (--drawing === 0) metrics.width = own;
}

/**
 * The picture as an SVG document. Its layout uses the widths of Noto Sans SC, so that it is the same on every machine.
 * @throws DataError if Vega cannot draw the specification
 */
export async function renderSvg(spec: VegaLiteSpec): Promise<string> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')]);
  // Vega would measure with a page's canvas, or guess where there is none.
  const { textMetrics: metrics } = vega as unknown as { textMetrics: TextMetrics };
  const warnings: string[] = [];
  const logger = vega.logger(vega.Error);
  logger.warn = (...messages: readonly unknown[]) => {
    warnings.push(messages.map(messageOf).join(' '));
    return logger;
  };
  borrow(metrics);
  try {
    const { spec: compiled } = vegaLite.compile(spec as unknown as TopLevelSpec, { logger });
    const view = new vega.View(vega.parse(compiled), { renderer: 'none', logger });
    const svg = await view.toSVG();
    view.finalize();
    return svg;
  } catch (error) {
    throw new DataError(
      `Could not draw the picture: ${messageOf(error)}. Its specification is not one that Vega-Lite accepts.${warnings.length === 0 ? '' : ` Warnings: ${warnings.join('; ')}`}`,
      { cause: error },
    );
  } finally {
    giveBack(metrics);
  }
}
