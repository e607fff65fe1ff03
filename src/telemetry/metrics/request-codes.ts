import type { RequestRecord } from '#core/request-record.js';
import { GRPC_CODES } from '#telemetry/grpc-codes.js';

/**
 * The label of how a request ended: the HTTP status, or the name of the gRPC code. A caller that left before there was one is
 * 499, as in nginx, or CANCELLED, as gRPC itself calls it.
 */
export function codeLabel(transport: RequestRecord['transport'], code: number | null): string {
  if (transport === 'grpc') return GRPC_CODES[code ?? 1] ?? 'UNKNOWN';
  return String(code ?? 499);
}
