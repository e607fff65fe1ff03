import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import { SCAN_LIMITS } from './scan-options.js';

/** Larger models are made of fewer files. */
export const MAX_UPLOADED_FILES = 1000;

/** What Linux takes for one part of a path, in bytes. */
const MAX_PART_BYTES = 255;

const VERSION = /^[1-9]\d*$/;
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/**
 * Checks the names of files that a load brings, each `<version>/<path>`: that they stay in the folder of their version, and
 * that none is both a file and a folder. Throws INVALID_ARGUMENT with the parameter.
 */
export function checkUploadNames(names: Iterable<string>): void {
  const all = new Set(names);
  if (all.size > MAX_UPLOADED_FILES)
    throw invalid(`${all.size} parameters 'file:…' are too many; expected ${MAX_UPLOADED_FILES} at most`);
  for (const name of all) {
    const fault = nameFault(name);
    if (fault !== null) throw invalid(`'${parameterOf(name)}' ${fault}`);
  }
  for (const name of all) {
    const above = foldersAbove(name).find((folder) => all.has(folder));
    if (above === undefined) continue;
    throw invalid(`'${parameterOf(name)}' is below '${parameterOf(above)}', which is a file`);
  }
}

/** The parameter as the request spells it. */
export function parameterOf(name: string): string {
  return `parameters.file:${clip(name)}`;
}

/** As the rest of a sentence. */
function nameFault(name: string): string | null {
  const [version = '', ...parts] = name.split('/');
  if (!VERSION.test(version)) return "names no version; expected 'file:<version>/<path>', versions from 1 on";
  if (parts.length === 0) return "names no file; expected 'file:<version>/<path>'";
  if (UNPRINTABLE.test(name)) return 'has characters that no file name should have';
  if (name.includes('\\')) return "has a backslash; expected '/' between the parts of the path";
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return "leads elsewhere; expected a path below its version, without empty parts, '.' or '..'";
  if (parts.length > SCAN_LIMITS.maxDepth) return `is more than ${SCAN_LIMITS.maxDepth} folders deep`;
  const encoder = new TextEncoder();
  const isLong = [version, ...parts].some((part) => encoder.encode(part).length > MAX_PART_BYTES);
  return isLong ? `has a part of more than ${MAX_PART_BYTES} bytes` : null;
}

function foldersAbove(name: string): readonly string[] {
  const parts = name.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}
