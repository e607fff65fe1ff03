import type { ErrorCode } from '#core/errors.js';
import type { RpcStatus } from '#protocol/exchange.js';
import { foreseen } from '#protocol/foreseen.js';

/** gRPC's status codes, as far as this server uses them. */
export const STATUS = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** The gRPC status of every error code, Triton's where it has one. Stops compiling when one is not mapped. */
export const GRPC_STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_ARGUMENT: STATUS.INVALID_ARGUMENT,
  NOT_FOUND: STATUS.NOT_FOUND,
  ALREADY_EXISTS: STATUS.ALREADY_EXISTS,
  UNAUTHENTICATED: STATUS.UNAUTHENTICATED,
  PERMISSION_DENIED: STATUS.PERMISSION_DENIED,
  METHOD_NOT_ALLOWED: STATUS.UNIMPLEMENTED,
  // What gRPC's own libraries say of a message that is too large.
  PAYLOAD_TOO_LARGE: STATUS.RESOURCE_EXHAUSTED,
  REQUEST_TIMEOUT: STATUS.DEADLINE_EXCEEDED,
  UNAVAILABLE: STATUS.UNAVAILABLE,
  // Triton's answer to a full queue, and the one that clients try again on.
  OVERLOADED: STATUS.UNAVAILABLE,
  // Clients that try again on UNAVAILABLE would only add to what is too much.
  RATE_LIMITED: STATUS.RESOURCE_EXHAUSTED,
  DEADLINE_EXCEEDED: STATUS.DEADLINE_EXCEEDED,
  CANCELLED: STATUS.CANCELLED,
  UNIMPLEMENTED: STATUS.UNIMPLEMENTED,
  INTERNAL: STATUS.INTERNAL,
};

/** The status of anything thrown: the code of its error, one sentence, and when to come again. */
export function statusOf(thrown: unknown): RpcStatus {
  const { code, message, retryAfterSeconds } = foreseen(thrown);
  return {
    code: GRPC_STATUS[code],
    message,
    trailers:
      retryAfterSeconds === null ? {} : { 'grpc-retry-pushback-ms': String(retryAfterSeconds * 1000) },
  };
}
