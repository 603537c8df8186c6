// Draws a test image in the terminal, and beside it what the network makes of it.
import { plot, type NDArray } from 'nacre';

/** An image and what is known of it. */
export interface Judged {
  /** [28, 28], pixels 0 to 255. */
  readonly image: NDArray;
  /** Which of the test images it is. */
  readonly index: number;
  readonly label: number;
  /** How probable the network holds each digit, [10]. */
  readonly probabilities: ArrayLike<number>;
}

type Colour = 'none' | '256' | '24bit';

const barWidth = 20;

/** The most probable digit; the first of several. */
function mostProbable(probabilities: ArrayLike<number>): number {
  const list = Array.from(probabilities);
  return list.indexOf(Math.max(...list));
}

/** The image's lines, each followed by a line of text: prediction, true label, and a bar for each digit. */
export function drawJudged({ image, index, label, probabilities }: Judged, colour: Colour): string {
  const prediction = mostProbable(probabilities);
  const text = [
    `test image ${index}`,
    `prediction: ${prediction} (${percent(probabilities[prediction]!)})`,
    `true label: ${label}${prediction === label ? '' : ', so the prediction is wrong'}`,
    '',
    ...Array.from(probabilities, (probability, digit) => {
      const bar = '█'.repeat(Math.round(probability * barWidth));
      return `${digit} ${percent(probability).padStart(6)} ${bar}`.trimEnd();
    }),
  ];
  const picture = plot.imageToBlocks(image, { colour }).split('\n');
  return picture.map((line, row) => `  ${line}   ${text[row] ?? ''}`.trimEnd()).join('\n');
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)}%`;
}
