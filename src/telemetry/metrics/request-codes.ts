import type { RequestRecord } from '#core/request-record.js';

/** By number, as grpc/grpc's doc/statuscodes.md has them. */
const GRPC_CODES: readonly string[] = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/**
 * The label of how a request ended: the HTTP status, or the name of the gRPC code. A caller that left before there was one is
 * 499, as in nginx, or CANCELLED, as gRPC itself calls it.
 */
export function codeLabel(transport: RequestRecord['transport'], code: number | null): string {
  if (transport === 'grpc') return GRPC_CODES[code ?? 1] ?? 'UNKNOWN';
  return String(code ?? 499);
}
