import type { InferenceResponse } from '#inference/response.js';
import type { Answer } from '#protocol/exchange.js';
import { type SharedOutputs, writeShared } from '#protocol/shared-tensors.js';
import type { AnswerForm } from './decode-output.js';
import { encodeInferResponse } from './encode-infer.js';
import { INFERENCE_HEADER } from './inference-header.js';

/**
 * The answer to an inference. With one binary output or more, its body is the JSON and the bytes of these, and a header
 * says where the JSON ends; else it is JSON and nothing else. Outputs that belong into shared memory are written there,
 * once it is known that the others can be told.
 */
export function inferAnswer(response: InferenceResponse, form: AnswerForm, shared: SharedOutputs): Answer {
  const { json, blobs } = encodeInferResponse(response, form, shared);
  writeShared(response.outputs, shared);
  if (blobs.length === 0) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: json,
      isCompressible: true,
      isGivenAway: true,
    };
  }
  const headers = {
    'content-type': 'application/octet-stream',
    [INFERENCE_HEADER]: String(json.byteLength),
  };
  return { status: 200, headers, body: [json, ...blobs], isCompressible: true, isGivenAway: true };
}
