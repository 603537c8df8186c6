// Where the time of a training step goes: the kernels that the compiler made of it, and how near each comes to what the
// machine can do. The data has the shape of MNIST's, so that there is nothing to download.
import { compile, layers, random, sequential, tensor, type Tensor } from 'nacre';

const count = 2048;
const images = Uint8Array.from({ length: count * 28 * 28 }, (_, i) => (i * 31) % 256);
const x = tensor(images, [count, 28, 28]).div(255);
const y = tensor(Uint8Array.from({ length: count }, (_, i) => i % 10));

const model = sequential([
  layers.flatten({ inputShape: [28, 28] }),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });

// Prints the table, and gives its figures. The model stays as it is.
const { kernels, step, floors } = await model.profile(x, y, { batchSize: 32 });

const [slowest] = [...kernels].sort((a, b) => b.microseconds - a.microseconds);
console.log(`The kernel that takes longest: ${slowest!.operations}`);
console.log(`  ${(100 * slowest!.share).toFixed(0)}% of the time of all ${kernels.length}; ${slowest!.schedule}`);
console.log(`Floating-point operations a step: ${(step.flops / 1e6).toFixed(1)} million`);
console.log(`What the machine can do: ${floors.gigaflopsPerSecond.toFixed(0)} GFLOP/s`);

// A function of one's own, compiled, has a profile too; as a string it is the same table.
const product = compile((a: Tensor, b: Tensor) => a.matMul(b));
console.log(String(await product.profile(random.normal([256, 256]), random.normal([256, 256]))));
