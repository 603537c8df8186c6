// Gives an optimizer the state that a file keeps of one. Apart from restore.ts: a model that only predicts has none.
import { sameShape } from '../../base/shape.js';
import { fromNDArray } from '../../tensor/creation.js';
import { activeConsole } from '../console.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { ModelFile } from './format.js';
import { namedOptimizerState } from './state.js';

const rateName = 'optimizer/learning_rate';

/** The state of the optimizer that the file has, if it is one of the same kind for the same weights. */
export function restoreOptimizer(optimizer: Optimizer, file: ModelFile): boolean {
  if (!file.optimizer) return false;
  const { className: classInFile = optimizer.className, names } = file.optimizer;
  // AdamW is Adam with another default.
  const className = classInFile === 'AdamW' ? 'Adam' : classInFile;
  // What Keras calls decay is described as a schedule, and a schedule is no variable.
  const isLeftOut = (name: string | undefined): boolean =>
    name === rateName && typeof optimizer.learningRate !== 'number';
  const values = file.optimizer.values.filter((_, index) => !isLeftOut(names?.[index]));
  const named = namedOptimizerState(optimizer);
  const variables = [...named.values()];
  const fits =
    className === optimizer.className &&
    values.length === variables.length &&
    variables.every(({ shape, dtype }, i) => sameShape(values[i]!.shape, shape) && values[i]!.dtype === dtype);
  if (!fits) {
    activeConsole().warn(
      `${file.place}: its optimizer state is of another optimizer (${className}, ${values.length} variables) than the model's (${optimizer.className}, ${variables.length}); the model's stays as it is.`,
    );
    return false;
  }
  variables.forEach((variable, index) => variable.assign(fromNDArray(values[index]!)));
  const rate = values[[...named.keys()].indexOf(rateName)]?.data[0];
  // The number that the optimizer shows is kept beside the variable; a rate that says the same is left as it was written.
  if (rate !== undefined && typeof optimizer.learningRate === 'number' && Math.fround(optimizer.learningRate) !== rate)
    optimizer.learningRate = rate;
  return true;
}
