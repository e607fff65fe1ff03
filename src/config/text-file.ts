import { closeSync, openSync, readSync } from 'node:fs';

/** What a text file is meant to be. */
export interface TextKind {
  /** For instance `a configuration`. */
  readonly what: string;
  /** A larger file is something else. */
  readonly maxBytes: number;
}

/** Written by people. */
export const CONFIGURATION: TextKind = { what: 'a configuration', maxBytes: 1024 * 1024 };

export type FileText = { readonly text: string } | { readonly fault: string };

/** Reads a whole text file (a pipe will do). What is wrong is answered as the rest of "models.yaml ...". */
export function readTextFile(path: string, { what, maxBytes }: TextKind): FileText {
  let bytes: Uint8Array;
  try {
    bytes = readAtMost(path, maxBytes + 1);
  } catch (error) {
    return { fault: `cannot be read: ${reasonOf(error)}` };
  }
  if (bytes.length > maxBytes) {
    return { fault: `is larger than ${maxBytes} bytes, too large for ${what}${modelHint(path)}` };
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) return { fault: `is not a text file (byte ${zero} is zero)${modelHint(path)}` };
  try {
    // The decoder takes a byte order mark away.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { fault: `is not a text file in UTF-8${modelHint(path)}` };
  }
}

function readAtMost(path: string, limit: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(limit);
    let length = 0;
    while (length < limit) {
      const count = readSync(file, buffer, length, limit - length, null);
      if (count === 0) break;
      length += count;
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is not a directory',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'its symbolic links run in a ring',
  ENAMETOOLONG: 'its name is too long',
};

/** Why the system refused, in words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? error.message;
}

function modelHint(path: string): string {
  return /\.(onnx|tflite)$/i.test(path) ? '; a model is named by --model-path' : '';
}
