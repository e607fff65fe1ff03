import type { Answer, Exchange } from '#protocol/exchange.js';
import { NO_SHARED_OUTPUTS } from '#protocol/shared-tensors.js';
import type { Serving } from '#serving/serving.js';
import { type DecodedInfer, decodeInferRequest } from './decode-infer.js';
import { ALL_BINARY } from './decode-output.js';
import { inferAnswer } from './infer-answer.js';
import { INFER_CONTENT } from './infer-schema.js';
import { INFERENCE_HEADER, splitBody } from './inference-header.js';
import type { RestRoute } from './operation.js';
import { rawRequest } from './raw-request.js';
import { modelRef, ofModel, post } from './route.js';

/** Inference. */
export function inferRoutes(serving: Serving): readonly RestRoute[] {
  return ofModel(
    post,
    '/infer',
    {
      id: 'modelInfer',
      tag: 'inference',
      category: 'inference',
      summary: 'Runs a model',
      ...INFER_CONTENT,
      errors: [
        'INVALID_ARGUMENT',
        'NOT_FOUND',
        'UNIMPLEMENTED',
        'UNAVAILABLE',
        'OVERLOADED',
        'DEADLINE_EXCEEDED',
      ],
    },
    (exchange) => infer(serving, exchange),
  );
}

async function infer(serving: Serving, exchange: Exchange): Promise<Answer> {
  const { request, form, shared } = decode(serving, exchange);
  return inferAnswer(await serving.infer(request, exchange.call), form, shared);
}

function decode(serving: Serving, exchange: Exchange): DecodedInfer {
  const ref = modelRef(exchange);
  const parts = splitBody(exchange.body, exchange.header(INFERENCE_HEADER));
  if (parts.blobs === null || parts.json.byteLength > 0) {
    return decodeInferRequest(parts, ref, serving.sharedMemory);
  }
  const request = rawRequest(parts.blobs, serving.modelMetadata(ref).metadata);
  return { request, form: ALL_BINARY, shared: NO_SHARED_OUTPUTS };
}
