import { reasonOf } from '#config/text-file.js';

/** Why the system refused, in words. What is found in a folder and is then not there has been taken away. */
export function failureOf(thrown: unknown): string {
  return isGone(thrown) ? 'it is not there' : reasonOf(thrown);
}

/** Nothing has that name. */
export function isGone(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
