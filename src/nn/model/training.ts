// Everything that a model needs only once it is trained or judged. Models load it when they first do, as one
// piece: a page that only predicts never does.
import { claimWeights } from './claim-weights.js';
import { evaluate } from './evaluate.js';
import { fit } from './fit.js';
import { onBatch } from './on-batch.js';
import { profile } from './profile.js';
import { recordTraining } from './training-record.js';

export const training = { claimWeights, evaluate, fit, onBatch, profile, recordTraining };
