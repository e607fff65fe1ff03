import { readdirSync, type Stats, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { messageOf } from '#core/errors.js';
import { FileWindow } from './file-window.js';
import { foreignFormat } from './foreign-format.js';
import { judgeOnnx } from './onnxruntime/model-file.js';

export type ModelFormat = 'onnx' | 'tflite';

/** What a path holds: a model, or in one sentence why not. The sentence goes without the path. */
export type Identified = { readonly format: ModelFormat } | { readonly problem: string };

/** Decides by content what a path holds; a file's extension is only a hint for the sentence. */
export function identify(path: string): Identified {
  try {
    const stats = statSync(path);
    return notAFile(path, stats) ?? identifyFile(path);
  } catch (thrown) {
    return { problem: problemOf(thrown) };
  }
}

function notAFile(path: string, stats: Stats): Identified | null {
  if (stats.isDirectory()) return { problem: directoryProblem(readdirSync(path)) };
  if (!stats.isFile()) return { problem: 'it is not a regular file' };
  return stats.size === 0 ? { problem: 'the file is empty' } : null;
}

function identifyFile(path: string): Identified {
  const head = headOf(path);
  if (isAt(head, 4, 'TFL3')) return { format: 'tflite' };
  const verdict = judgeOnnx(path);
  if (verdict.kind === 'onnx') return { format: 'onnx' };
  if (verdict.kind === 'truncated') {
    return { problem: `the ONNX file is cut off: at least ${verdict.missingBytes} bytes are missing` };
  }
  const foreign = foreignFormat(head);
  if (foreign !== null) return { problem: foreign };
  const extension = MODEL_EXTENSIONS.get(extname(path).toLowerCase());
  return {
    problem: extension
      ? `"${basename(path)}" is named like ${extension}, but its content is not one`
      : `"${basename(path)}" is neither an ONNX nor a TFLite model`,
  };
}

const MODEL_EXTENSIONS: ReadonlyMap<string, string> = new Map([
  ['.onnx', 'an ONNX model'],
  ['.tflite', 'a TFLite model'],
]);

function directoryProblem(names: readonly string[]): string {
  const models = names.filter((name) => MODEL_EXTENSIONS.has(extname(name).toLowerCase()));
  const [first] = models;
  if (models.length === 1 && first !== undefined) {
    return `it is a directory; the model in it is "${first}", say that file`;
  }
  if (models.length > 1) return `it is a directory that holds ${models.length} models; say which file`;
  return names.includes('saved_model.pb')
    ? 'it is a TensorFlow SavedModel; convert it to TFLite or ONNX'
    : 'it is a directory without a model file in it';
}

/** The failures of the file system that have a plainer name. */
export function problemOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : '';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such file';
    case 'EACCES':
    case 'EPERM':
      return 'the file may not be read by this user';
    case 'ELOOP':
      return 'the path is a ring of symbolic links';
    default:
      return `the file cannot be read: ${messageOf(thrown)}`;
  }
}

/** Enough for every magic number and the start of a text. */
function headOf(path: string): Uint8Array {
  const file = new FileWindow(path);
  try {
    return file.bytes({ start: 0, end: 512 });
  } finally {
    file.close();
  }
}

function isAt(head: Uint8Array, offset: number, text: string): boolean {
  return String.fromCharCode(...head.subarray(offset, offset + text.length)) === text;
}
