import type { ErrorCode } from '#core/errors.js';
import type { FailureReason } from '#inference/statistics.js';

/** What is wrong with a request itself is found before it comes to a model, or is between it and the others of its sequence. */
const REASON_OF: Readonly<Record<ErrorCode, FailureReason>> = {
  OVERLOADED: 'REJECTED',
  RATE_LIMITED: 'REJECTED',
  DEADLINE_EXCEEDED: 'REJECTED',
  CANCELLED: 'CANCELED',
  INTERNAL: 'BACKEND',
  INVALID_ARGUMENT: 'OTHER',
  ALREADY_EXISTS: 'OTHER',
  UNAUTHENTICATED: 'OTHER',
  PERMISSION_DENIED: 'OTHER',
  NOT_FOUND: 'OTHER',
  METHOD_NOT_ALLOWED: 'OTHER',
  PAYLOAD_TOO_LARGE: 'OTHER',
  REQUEST_TIMEOUT: 'OTHER',
  UNAVAILABLE: 'OTHER',
  UNIMPLEMENTED: 'OTHER',
};

/** Under what a failed request is counted. */
export function failureReasonOf(code: ErrorCode): FailureReason {
  return REASON_OF[code];
}
