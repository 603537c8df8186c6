// Model files of the command: a model as `model.save` writes it, with a note in the file of what it was trained on, so
// that it can be shown other images in the same way.
import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errors, loadModel, type ImageClasses, type Sequential } from '../api.js';
import { readSafetensors } from '../formats/safetensors.js';
import { writeSafetensors } from '../formats/write-safetensors.js';
import type { Platform } from '../platform/platform.js';
import { formOf, type ModelForm } from './model-form.js';
import { UsageError } from './options.js';

/** What a model was trained on. */
export interface TrainingNote extends ImageClasses {
  readonly source: 'mnist' | 'folder';
  /** In the order of the labels. */
  readonly classNames: readonly string[];
}

/** A model with what is known of the images that it takes. */
export interface TrainedModel {
  readonly model: Sequential;
  readonly note: TrainingNote | undefined;
}

/** The note's name among the texts of the file. */
const noteKey = 'nacre_images';
const ending = '.safetensors';

/** @throws DataError for a missing, damaged or foreign file */
export async function readTrainedModel(files: Platform['files'], path: string): Promise<TrainedModel> {
  const model = await loadModel(path);
  if (!path.toLowerCase().endsWith(ending)) return { model, note: undefined };
  const bytes = await files.read(path);
  const text = bytes === undefined ? undefined : readSafetensors(bytes, path).metadata.get(noteKey);
  return { model, note: text === undefined ? undefined : noteOf(text, path) };
}

/** Writes the model beside the file of that name and renames it. */
export async function writeTrainedModel(
  files: Platform['files'],
  path: string,
  { model, note }: TrainedModel,
): Promise<void> {
  const { tensors, metadata } = readSafetensors(await model.toBytes(), path);
  const withNote = note === undefined ? metadata : new Map([...metadata, [noteKey, JSON.stringify(note)]]);
  await files.write(path, writeSafetensors({ tensors, metadata: withNote }));
}

/** The form of a model from a file, and its classes' names: numbers where the file does not say. */
export function formOfTrained(
  { model, note }: TrainedModel,
  path: string,
): { readonly form: ModelForm; readonly classNames: readonly string[] } {
  const form = formOf(model, path, note);
  const names = note?.classNames.length === form.classes ? note.classNames : undefined;
  return { form, classNames: names ?? Array.from({ length: form.classes }, (_, index) => String(index)) };
}

function noteOf(text: string, path: string): TrainingNote {
  let note: Partial<TrainingNote> | null;
  try {
    note = JSON.parse(text) as Partial<TrainingNote> | null;
  } catch {
    note = null;
  }
  const isSize = (value: unknown): boolean => Number.isInteger(value) && Number(value) > 0;
  const { source, classNames, height, width, channels, classes } = note ?? {};
  const isNote =
    (source === 'mnist' || source === 'folder') &&
    Array.isArray(classNames) &&
    classNames.every((name) => typeof name === 'string') &&
    [height, width, channels, classes].every(isSize);
  if (!isNote)
    throw new errors.DataError(
      `'${path}', metadata '${noteKey}': expected what nacre train notes of the images, received ${text.slice(0, 80)}.`,
    );
  return note as TrainingNote;
}

/**
 * Finds out before a training whether its model could be written after it.
 * @throws UsageError if the name is of no format that exists, or its folder is missing or closed to the user
 */
export async function checkOutput(path: string): Promise<void> {
  if (!path.toLowerCase().endsWith(ending))
    throw new UsageError(`--output: expected a file that ends in ${ending}, received '${path}'.`, 'train');
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (isFolder) throw new UsageError(`--output: expected the name of a file, received the folder '${path}'.`, 'train');
  await access(dirname(resolve(path)), constants.W_OK).catch((error: unknown) => {
    throw new UsageError(
      `--output: expected a file in a folder that can be written to, received '${path}' (${error instanceof Error ? error.message : String(error)}).`,
      'train',
    );
  });
}
