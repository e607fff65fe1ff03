import type { FoundModel, FoundVersion } from './found.js';

/** What a model file is called where the configuration does not say it. */
export const MODEL_FILES: readonly string[] = ['model.onnx', 'model.tflite'];

/** In a folder that stands for an ONNX model, as Triton has it, the model itself is called this. */
const INNER_FILE = 'model.onnx';

export type ModelFile =
  /** From the version folder. */
  { readonly path: string } | { readonly fault: string };

/**
 * The model file of a version. `names` are those that it may have: `default_model_filename`, or what goes with the
 * platform. Only a file that the scan found is answered, so that no name can lead out of the version folder.
 */
export function modelFileOf(
  { shown, files, fault }: Pick<FoundVersion, 'shown' | 'files' | 'fault'>,
  names: readonly string[] = MODEL_FILES,
): ModelFile {
  if (fault !== null) return { fault };
  const found = names
    .flatMap((name) => [name, `${name}/${INNER_FILE}`])
    .filter((name) => files.some(({ path }) => path === name));
  const [path, other] = found;
  if (path === undefined) return { fault: `${shown} has ${noneOf(names)}` };
  if (other !== undefined) {
    return { fault: `${shown} has ${path} and ${other}; expected one of them, or default_model_filename` };
  }
  return { path };
}

function noneOf(names: readonly string[]): string {
  return names.length === 1 ? `no ${names[0]}` : `neither ${names.join(' nor ')}`;
}

/** Why a model without any version folder cannot be loaded. An ensemble needs no file, but a version too. */
export function noVersionFault({ name, fault, versions }: FoundModel): string | null {
  if (fault !== null || versions.length > 0) return fault;
  return `${name} has no version folder (named by a whole number from 1 on), and no model file of its own`;
}
