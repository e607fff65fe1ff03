import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';

/** The header that says how many bytes of a body are its JSON; binary tensors follow them. In lower case. */
export const INFERENCE_HEADER = 'inference-header-content-length';

/** The two parts of an inference request's body: views of it, not copies. */
export interface BodyParts {
  readonly json: Uint8Array;
  /** What follows the JSON; null where the request did not say how long its JSON is. */
  readonly blobs: Uint8Array | null;
}

/**
 * Cuts a body where its header says. Without the header all of it is JSON; with 0 none of it is. Throws
 * INVALID_ARGUMENT for a header that is no number of bytes, or more of them than the body has.
 */
export function splitBody(body: Uint8Array, header: string | undefined): BodyParts {
  if (header === undefined) return { json: body, blobs: null };
  const length = /^\d+$/.test(header) ? Number(header) : Number.NaN;
  if (Number.isNaN(length)) {
    throw invalid(
      `the header Inference-Header-Content-Length must be the number of bytes of the request's JSON, but is '${clip(header)}'`,
    );
  }
  if (length > body.byteLength) {
    throw invalid(
      `the header Inference-Header-Content-Length says that the request's JSON has ${clip(header)} bytes, but the whole body has ${body.byteLength}`,
    );
  }
  return { json: body.subarray(0, length), blobs: body.subarray(length) };
}
