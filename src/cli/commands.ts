// The commands of `nacre`: what each does and takes. The reading of command lines, the pages of `--help` and the
// completion in shells all follow from this table.
import { networkNames } from '../networks.js';

/** What an option takes, and what its value may be. */
export type OptionEntry = { readonly help: string } & (
  | { readonly kind: 'switch' }
  /** Any text; `completes` says what a shell offers. */
  | { readonly kind: 'text'; readonly value: string; readonly completes?: 'models' | 'images' | 'data' }
  | { readonly kind: 'name'; readonly value: string; readonly names: readonly string[] }
  /** A whole number from `least` on. */
  | { readonly kind: 'whole'; readonly value: string; readonly least: number }
  /** A number from 0 to below 1. */
  | { readonly kind: 'part'; readonly value: string }
);

export interface CommandEntry {
  readonly summary: string;
  readonly description: string;
  /** What it takes beside its options: how the help shows it, how many there have to be, what a shell offers. */
  readonly operands?: {
    readonly usage: string;
    readonly least: number;
    readonly most: number;
    readonly completes: 'images' | 'models' | readonly string[];
  };
  readonly options: Readonly<Record<string, OptionEntry>>;
  readonly examples: readonly (readonly [line: string, meaning: string])[];
}

const json = { kind: 'switch', help: 'prints the result as JSON, and nothing else' } as const;
const model = {
  kind: 'text',
  value: 'FILE',
  completes: 'models',
  help: 'a model that nacre train or model.save wrote: m.safetensors',
} as const;
const network = { kind: 'name', value: 'NAME', names: networkNames } as const;
const machine = {
  backend: {
    kind: 'name',
    value: 'NAME',
    names: ['native', 'wasm', 'reference'],
    help: 'what computes: native, wasm or reference; the best that works unless given',
  },
  threads: { kind: 'whole', value: 'N', least: 1, help: 'threads that share the work' },
} as const;
const batchSize = { kind: 'whole', value: 'N', least: 1, help: 'images in a batch' } as const;
const samples = { kind: 'whole', value: 'N', least: 1, help: 'takes the first N images only' } as const;
const prepare = {
  kind: 'name',
  value: 'HOW',
  names: ['digit', 'resize'],
  help: 'digit: as MNIST was made; resize: scaled to the size of the input. What the model was trained on unless given',
} as const;

export const commands = {
  train: {
    summary: 'trains a network on MNIST or on a folder of images',
    description:
      "Trains one of the tutorials' networks, or goes on training a model file, on MNIST or on a folder of PNG and JPEG " +
      'images with a subfolder for each class. Then tests it: on the test images of MNIST, or on the part of the folder ' +
      'that was kept back. Ctrl-C stops after the current step; pressed again, it ends at once.',
    options: {
      network: { ...network, help: 'the network to train, first unless given' },
      model: { ...model, help: 'a model file to go on with, in place of a network' },
      data: {
        kind: 'text',
        value: 'mnist|FOLDER',
        completes: 'data',
        help: 'what to train on, mnist unless given',
      },
      output: { ...model, help: 'where the trained model is written: m.safetensors' },
      epochs: { kind: 'whole', value: 'N', least: 1, help: "passes over the images; the network's own number, or 5" },
      'batch-size': { ...batchSize, help: "images in a training step; the network's own number, or 32" },
      samples: { ...samples, help: 'takes the first N training images, and at most N test images' },
      'validation-split': {
        kind: 'part',
        value: 'PART',
        help: 'the part kept back to validate with after each epoch; of a folder 0.2 unless given',
      },
      'image-size': {
        kind: 'whole',
        value: 'N',
        least: 1,
        help: 'height and width that a network gets the images of a folder in, 28 unless given',
      },
      'color-mode': {
        kind: 'name',
        value: 'MODE',
        names: ['grayscale', 'rgb'],
        help: 'colours that a network gets the images of a folder in: grayscale (unless given) or rgb',
      },
      ...machine,
      seed: {
        kind: 'whole',
        value: 'N',
        least: 0,
        help: 'repeats a run: initial weights, order of the images, dropout',
      },
      verbose: {
        kind: 'name',
        value: '0|1|2',
        names: ['0', '1', '2'],
        help: 'while training: nothing, a progress bar (unless given), or a line an epoch',
      },
      json,
    },
    examples: [
      ['nacre train --output digits.safetensors', 'the network first on MNIST'],
      ['nacre train --network cnn --epochs 2 --seed 1', 'another network, repeatable'],
      ['nacre train --network cnn --data flowers --image-size 64 --color-mode rgb', 'a folder of photos'],
      ['nacre train --model digits.safetensors --output digits.safetensors', 'goes on'],
    ],
  },
  evaluate: {
    summary: 'tests a model on MNIST or on a folder of images',
    description:
      'Prints the loss and the metrics of a model over the test images of MNIST, or over all images of a folder.',
    options: {
      model,
      data: { kind: 'text', value: 'mnist|FOLDER', completes: 'data', help: 'what to test on, mnist unless given' },
      samples,
      'batch-size': batchSize,
      prepare,
      ...machine,
      json,
    },
    examples: [
      ['nacre evaluate --model digits.safetensors', 'on the test images of MNIST'],
      ['nacre evaluate --model flowers.safetensors --data more-flowers --json', 'on a folder'],
    ],
  },
  predict: {
    summary: 'shows what a model takes images for',
    description:
      'Prints the three most probable classes for each PNG or JPEG image, beside the image as the model gets it. A model ' +
      'trained on MNIST gets a drawing or photo of a digit as MNIST was made, whatever its size, dark on light or light on ' +
      'dark; any other model gets the image in the size of its input.',
    operands: { usage: 'IMAGE...', least: 1, most: Infinity, completes: 'images' },
    options: { model, prepare, ...machine, json },
    examples: [
      ['nacre predict --model digits.safetensors seven.png', 'one image'],
      ['nacre predict --model flowers.safetensors --json photos/*.jpg', 'many, for a program'],
    ],
  },
  report: {
    summary: 'writes a page on how good a model is',
    description:
      'Writes a folder with a page on a model, judged on the test images of MNIST or on all images of a folder: results, ' +
      'confusion matrix, ROC and precision-recall curves, the worst mistakes, layers and settings; and the pictures as ' +
      'PNG and SVG.',
    options: {
      model,
      data: { kind: 'text', value: 'mnist|FOLDER', completes: 'data', help: 'what to judge on, mnist unless given' },
      output: { kind: 'text', value: 'DIR', help: 'the folder that is written; made where missing' },
      samples,
      'batch-size': batchSize,
      prepare,
      ...machine,
      json,
    },
    examples: [
      ['nacre report --model digits.safetensors --output digits-report', 'on the test images of MNIST'],
      ['nacre report --model flowers.safetensors --data more-flowers --output report', 'on a folder'],
    ],
  },
  summary: {
    summary: 'prints the layers of a model',
    description:
      'Prints the layers of a model file or of a network, with their output shapes and numbers of parameters. Of a file ' +
      'that has weights but no model it lists the arrays: names, shapes, types and sizes.',
    operands: { usage: '[FILE]', least: 0, most: 1, completes: 'models' },
    options: { model, network: { ...network, help: 'a network in place of a file' }, json },
    examples: [
      ['nacre summary --network cnn', 'a network'],
      ['nacre summary digits.safetensors', 'a file'],
    ],
  },
  convert: {
    summary: 'writes a model file in another format',
    description:
      'Reads a model in the format that the ending of the first name says and writes it in that of the second. Weights ' +
      'of another program, a state dict of PyTorch for instance, are given to the model of --model or --network first.',
    operands: { usage: 'FROM TO', least: 2, most: 2, completes: 'models' },
    options: {
      'weights-only': { kind: 'switch', help: 'writes the weights without the model' },
      model: { ...model, help: 'the model that the weights of FROM are for' },
      network: { ...network, help: 'the network that the weights of FROM are for, in place of a model file' },
      layout: {
        kind: 'name',
        value: 'LAYOUT',
        names: ['pytorch', 'keras'],
        help: 'the order of the axes of the weights; told by their shapes unless given',
      },
      programs: {
        kind: 'text',
        value: 'FILE',
        help: 'also compiles what a page predicts with, and writes it here: m.programs',
      },
      'batch-size': { ...batchSize, help: 'images that the page predicts at a time; 1 unless given' },
      json,
    },
    examples: [
      ['nacre convert digits.safetensors digits.keras', "into Keras's format"],
      ['nacre convert digits.keras digits.weights.h5', 'its weights alone'],
      ['nacre convert torch.safetensors net.keras --network cnn', 'weights of PyTorch'],
      ['nacre convert m.keras web/m.safetensors --programs web/m.programs', 'for a page'],
    ],
  },
  doctor: {
    summary: 'what Nacre finds on this machine, and how fast it is',
    description:
      'Shows the backends that work here and which is used, the C compiler, where compiled code is kept, and what each ' +
      'backend reaches in about five seconds.',
    options: {
      json: { ...json, help: 'prints all of it as JSON' },
      quick: { kind: 'switch', help: 'measures for a moment only, with small arrays' },
    },
    examples: [
      ['nacre doctor', 'all of it'],
      ['nacre doctor --quick --json', 'for a program'],
    ],
  },
  completion: {
    summary: 'prints what completes nacre in a shell',
    description: 'Prints a script that lets bash, zsh or fish complete commands, options and their values.',
    operands: { usage: 'bash|zsh|fish', least: 1, most: 1, completes: ['bash', 'zsh', 'fish'] },
    options: { json },
    examples: [
      ['eval "$(nacre completion bash)"', 'in ~/.bashrc'],
      ['eval "$(nacre completion zsh)"', 'in ~/.zshrc, after compinit'],
      ['nacre completion fish > ~/.config/fish/completions/nacre.fish', 'once'],
    ],
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;

export type Commands = typeof commands;
export type CommandName = keyof Commands;
export const commandNames = Object.keys(commands) as readonly CommandName[];

/** The command of that name, without the knowledge of which it is. */
export const entryOf = (name: CommandName): CommandEntry => commands[name];
