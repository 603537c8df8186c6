// Does workloads with Nacre, on the backend that is asked for.
import type { Implementation, Reference, Setting } from './implementation.js';
import { startBackend } from './nacre-backend.js';
import { createInference } from './nacre-inference.js';
import { createKernel } from './nacre-kernels.js';
import { createTraining } from './nacre-training.js';

export async function create(setting: Setting): Promise<Implementation | Reference> {
  await startBackend(setting.backend, setting.threads);
  const { workload } = setting;
  switch (workload.kind) {
    case 'training':
      return createTraining(workload, setting.samples);
    case 'inference':
      return createInference(workload, setting.samples, setting.implementation === 'nacre-compile');
    case 'kernel':
      return createKernel(workload, setting.samples);
  }
}
