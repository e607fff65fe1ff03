import { ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';

const log = loggerOf('protocol');

/** What a caller is told of an error that nobody foresaw. */
const BRIEF = 'internal server error; the log of the server says more';

/** What may be said of anything thrown. What nobody foresaw is logged in full and told in brief. */
export function foreseen(thrown: unknown): ServingError {
  if (thrown instanceof ServingError) return thrown;
  const { message } = ServingError.from(thrown);
  log.error(`unforeseen error: ${message}`, { stack: thrown instanceof Error ? thrown.stack : null });
  return new ServingError('INTERNAL', BRIEF);
}
