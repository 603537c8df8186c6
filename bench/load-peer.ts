// A program that loads a network from a file with a peer from npm and predicts for one image, in a process of its own,
// which prints a line of JSON when it knows. Its only argument is a LoadTask, as JSON.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Reply } from './child.js';
import { Unavailable } from './implementation.js';
import { loadOnnxruntime, loadTfjs, onnxruntimeVersion, tfjsVersion } from './peer-packages.js';
import type { LoadTask, ProgramResult } from './processes.js';

const imageShape = [1, 28, 28, 1];

function imageOf({ image }: LoadTask): Float32Array {
  const { buffer, byteOffset } = readFileSync(image!);
  return new Float32Array(buffer, byteOffset, 28 * 28);
}

async function withOnnxruntime(task: LoadTask): Promise<ProgramResult> {
  const { InferenceSession, Tensor } = loadOnnxruntime();
  const session = await InferenceSession.create(task.file!, { intraOpNumThreads: task.threads, interOpNumThreads: 1 });
  const feeds = { [session.inputNames[0]!]: new Tensor('float32', imageOf(task), imageShape) };
  const results = await session.run(feeds);
  return { probabilities: [...results[session.outputNames[0]!]!.data], version: onnxruntimeVersion() };
}

/** What is used of a TensorFlow.js model.json. */
interface ModelJson {
  readonly modelTopology: unknown;
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly unknown[] }[];
}

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call --
   the peer may not be installed, and its types with it */

async function withTfjs(task: LoadTask): Promise<ProgramResult> {
  const tf = await loadTfjs(task.backend);
  // Its own reader of files is in a package that compiles; without it, Node hands over what it has read.
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(task.file!, 'utf8')) as ModelJson;
  const parts = weightsManifest.flatMap(({ paths }) =>
    paths.map((path) => readFileSync(join(dirname(task.file!), path))),
  );
  const { buffer, byteOffset, byteLength } = Buffer.concat(parts);
  const model = await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weightsManifest.flatMap(({ weights }) => weights),
      weightData: buffer.slice(byteOffset, byteOffset + byteLength),
    }),
  );
  const probabilities = (await model.predict(tf.tensor(imageOf(task), imageShape)).data()) as Float32Array;
  return { probabilities: [...probabilities], version: tfjsVersion() };
}

async function reply(): Promise<Reply> {
  const task = JSON.parse(process.argv[2]!) as LoadTask;
  try {
    return { value: await (task.implementation === 'tfjs' ? withTfjs(task) : withOnnxruntime(task)) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return error instanceof Unavailable ? { unavailable: message } : { error: message };
  }
}

// What a library prints is not the line that is waited for.
console.log = console.error;
const line = JSON.stringify(await reply());
process.stdout.write(`${line}\n`);
