// A program that loads a network from a file with Nacre as a user's does and predicts for one image, or imports Nacre and
// nothing more: in a process of its own, which prints a line of JSON when it knows. Its only argument is a LoadTask, as
// JSON; the backend and the threads come by NACRE_BACKEND and NACRE_THREADS, so that nothing is started before its time.
import { readFileSync } from 'node:fs';
import type * as Nacre from 'nacre';
import type { Reply } from './child.js';
import type { LoadTask, ProgramResult } from './processes.js';

const task = JSON.parse(process.argv[2]!) as LoadTask;

async function modelOf({ loadModel, networks, setRandomSeed }: typeof Nacre): Promise<Nacre.Sequential> {
  const { file } = task;
  if (file === undefined) {
    setRandomSeed(1);
    return networks.cnn.create();
  }
  if (!file.endsWith('.weights.h5')) return loadModel(file);
  const model = networks.cnn.create();
  await model.loadWeights(file);
  return model;
}

async function run(nacre: typeof Nacre): Promise<ProgramResult> {
  if (task.what === 'import') return { names: Object.keys(nacre) };
  const { buffer, byteOffset } = readFileSync(task.image!);
  const image = nacre.tensor(new Float32Array(buffer, byteOffset, 28 * 28), [1, 28, 28, 1]);
  const model = await modelOf(nacre);
  const probabilities = [...(await (await model.predict(image, { verbose: 0 })).data())];
  const { name } = await nacre.getBackend();
  if (name !== task.backend) throw new Error(`it ran on ${name}`);
  return { probabilities };
}

async function reply(): Promise<Reply> {
  try {
    return { value: await run(await import('nacre')) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const { startBackend } = await import('./nacre-backend.js');
    const problem = await startBackend(task.backend, task.threads).catch((reason: unknown) => reason);
    return problem instanceof Error && problem.name === 'Unavailable'
      ? { unavailable: problem.message }
      : { error: message };
  }
}

console.log(JSON.stringify(await reply()));
