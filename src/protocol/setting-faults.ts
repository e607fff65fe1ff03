/** What can be wrong with a setting of the log or of the traces, in the same words whatever it was encoded in. */

import { clip } from '#core/clip.js';
import { invalid, ServingError } from '#core/errors.js';

/** `'trace_rate' must be an integer from 1 to 4294967295, but is "abc"`. */
export function wrongSetting(name: string, expected: string, found: unknown): ServingError {
  return invalid(`'${name}' must be ${expected}, but is ${shown(found)}`);
}

/** @param subject whose setting it would be, for instance `the log` */
export function unknownSetting(name: string, subject: string, known: readonly string[]): ServingError {
  return invalid(`${subject} has no setting '${clip(name)}'; it has ${known.join(', ')}`);
}

/** Triton's sentence: what is written where is decided by whoever starts the server. */
export function fixedFile(subject: string): ServingError {
  return new ServingError(
    'UNIMPLEMENTED',
    `${subject} file location can not be updated through network protocol`,
  );
}

/** Texts in quotation marks, everything else as it is. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${clip(value.map(shown).join(','))}]`;
  return typeof value === 'string' ? JSON.stringify(clip(value)) : String(value);
}
