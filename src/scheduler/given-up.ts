import { ServingError } from '#core/errors.js';

/** The caller left while the request waited. */
export function cancelled(): ServingError {
  return new ServingError('CANCELLED', 'the caller went away before the request was run');
}

/** @param how to follow the words "the request's deadline" */
export function expired(how = 'passed while it waited'): ServingError {
  return new ServingError('DEADLINE_EXCEEDED', `the request's deadline ${how}`);
}
