import type { Guard } from '#core/access.js';
import type { ApiCategory } from '#core/api-category.js';
import { ServingError } from '#core/errors.js';
import { isSameSecret } from './api-key.js';

/** Parts of the API that need a header of a certain value: Triton's `--http-restricted-api`. */
export interface Restriction {
  readonly categories: readonly ApiCategory[];
  /** As it was written. */
  readonly header: string;
  readonly value: string;
}

/** What Triton puts before the header's name over gRPC. */
const GRPC_PREFIX = 'triton-grpc-protocol-';

/** Checks Triton's restrictions, in Triton's words: 403 over REST, UNAVAILABLE over gRPC. */
export function restrictionGuard(restrictions: readonly Restriction[], transport: 'http' | 'grpc'): Guard {
  return (caller, category) => {
    for (const { categories, header, value } of restrictions) {
      if (!categories.includes(category)) continue;
      const name = transport === 'grpc' ? `${GRPC_PREFIX}${header}` : header;
      const shown = caller.header(name.toLowerCase());
      if (shown === undefined || !isSameSecret(shown, value)) throw refusal(transport, name);
    }
    return null;
  };
}

function refusal(transport: 'http' | 'grpc', name: string): ServingError {
  return transport === 'http'
    ? new ServingError('PERMISSION_DENIED', `This API is restricted, expecting header '${name}'`)
    : new ServingError('UNAVAILABLE', `This protocol is restricted, expecting header '${name}'`);
}
