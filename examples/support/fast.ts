// Makes an example short where NACRE_EXAMPLE_FAST=1 asks for it: the data and the epochs that continuous integration
// runs it with. Otherwise everything stays as the example says.
import type { Tensor } from 'nacre';

const isFast = process.env.NACRE_EXAMPLE_FAST === '1';

/** Images and labels. */
type Samples = readonly [x: Tensor, y: Tensor];

function leading([x, y]: Samples, count: number): [Tensor, Tensor] {
  return [x.slice([0, count]), y.slice([0, count])];
}

/** The training and the test samples; only a few of them when it has to be fast. */
export function samples([training, test]: readonly [Samples, Samples]): [[Tensor, Tensor], [Tensor, Tensor]] {
  if (isFast) return [leading(training, 320), leading(test, 64)];
  return [[...training], [...test]];
}

/** The number of epochs; 1 when it has to be fast. */
export function epochs(count: number): number {
  return isFast ? 1 : count;
}
