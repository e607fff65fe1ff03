/** What can be wrong with a setting of the log or of the traces, in the same words whatever it was encoded in. */

import { clip } from '#core/clip.js';
import { invalid, ServingError } from '#core/errors.js';

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
