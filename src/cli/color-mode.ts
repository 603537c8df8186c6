// Names for numbers of channels, and for what a model tells apart.
import type { ImageClasses } from '../api.js';
import type { ColorMode } from '../data/image.js';

const modes: Readonly<Record<number, ColorMode>> = { 1: 'grayscale', 3: 'rgb', 4: 'rgba' };

/** Of 1, 3 or 4 channels. */
export const colorModeOf = (channels: number): ColorMode => modes[channels]!;

/** `images of 28 x 28 in grayscale, 10 classes`. */
export const describeClasses = ({ height, width, channels, classes }: ImageClasses): string =>
  `images of ${height} x ${width} in ${colorModeOf(channels)}, ${classes} classes`;
