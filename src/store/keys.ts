import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';

/** What one part of a path may have on the usual file systems, in bytes. */
const LONGEST_NAME_BYTES = 255;

/**
 * Refuses keys that cannot be paths below a folder: those that would leave it, that no file system has, and those of
 * which one is a file where another needs a folder. `where` is named in the error.
 */
export function checkKeys(keys: readonly string[], where: string): void {
  const files = new Set<string>();
  for (const key of keys) {
    const fault = faultOfKey(key);
    if (fault !== null) throw invalid(`the key '${clip(key)}' of ${where} cannot be a file: ${fault}`);
    if (files.has(key)) throw invalid(`the key '${clip(key)}' of ${where} is named twice`);
    files.add(key);
  }
  for (const key of keys) {
    const folder = foldersOf(key).find((each) => files.has(each));
    if (folder !== undefined) {
      throw invalid(
        `the keys '${clip(folder)}' and '${clip(key)}' of ${where} cannot both be files: one is the folder of the other`,
      );
    }
  }
}

function faultOfKey(key: string): string | null {
  if (key === '') return 'it is empty';
  if (key.includes('\0')) return 'it has a NUL character';
  if (key.includes('\\')) return 'it has a backslash';
  if (key.startsWith('/')) return 'it begins with a slash';
  const parts = key.split('/');
  if (parts.includes('..') || parts.includes('.')) return 'it would leave its folder';
  if (parts.includes('')) return 'it has an empty part';
  if (parts.some((part) => new TextEncoder().encode(part).length > LONGEST_NAME_BYTES)) {
    return `a part of it is longer than ${LONGEST_NAME_BYTES} bytes`;
  }
  return null;
}

/** `a` and `a/b` of `a/b/c`. */
function foldersOf(key: string): readonly string[] {
  const parts = key.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}
