import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { Parameters } from '#inference/request.js';

/** Parameters of Triton's own that clients send: what they ask for is known. */
const KNOWN: readonly string[] = ['triton_enable_empty_final_response'];

/**
 * Throws INVALID_ARGUMENT, in Triton's words, where a parameter of a request has one of the names that Triton keeps for
 * itself. Over gRPC its clients may send those of `KNOWN`.
 */
export function checkReserved(parameters: Parameters, form: 'rest' | 'grpc'): void {
  const reserved = Object.keys(parameters).find(
    (name) => name.startsWith('triton_') && !(form === 'grpc' && KNOWN.includes(name)),
  );
  if (reserved === undefined) return;
  throw invalid(
    `parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified: '${clip(reserved)}'`,
  );
}
