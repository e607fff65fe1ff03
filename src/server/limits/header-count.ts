import { ServingError } from '#core/errors.js';

/** INVALID_ARGUMENT: a request with more headers than it may have. HTTP has a status of its own for it, 431. */
export class TooManyHeaders extends ServingError {
  constructor(most: number) {
    super('INVALID_ARGUMENT', `a request may have ${most} headers at most, and this one has more`);
  }
}

/** Throws TooManyHeaders. */
export function checkHeaderCount(count: number, most: number): void {
  if (count > most) throw new TooManyHeaders(most);
}
