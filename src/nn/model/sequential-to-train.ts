// The class of sequential models as users import it: whoever makes one by hand is going to train it, so that what
// compiles comes along. loadModel takes the class itself, so that a page that only predicts carries none of that.
import { enableCompiling } from './enable-compiling.js';
import { fromConfig } from '../saving/config/model-from-json.js';
import { Sequential as SequentialModel } from './sequential.js';

enableCompiling();

/**
 * Layers one after the other. Where the first layer is given an `inputShape`, weights are made as layers are added;
 * otherwise when the first data comes.
 */
export const Sequential = Object.assign(SequentialModel, { fromConfig });
export type Sequential = SequentialModel;
