import type { Parameters } from '#inference/request.js';
import { readFlag } from '#protocol/parameter.js';

/** How a tensor is written in JSON, where V2 leaves that open and the request's parameters say it. */
export interface JsonForm {
  /** `fp16_json: true`: elements of FP16 and BF16 are numbers. They have no form in JSON otherwise. */
  readonly halves: boolean;
  /** `content_type: "base64"` (MLServer's word): elements of BYTES are base64 and not text. */
  readonly base64: boolean;
}

export const PLAIN_JSON: JsonForm = { halves: false, base64: false };

/** What a tensor's parameters say of its form; `fp16_json` of the whole request holds where they say nothing of it. */
export function jsonFormOf(parameters: Parameters, place: string, request: Parameters): JsonForm {
  const asked = readFlag(parameters, 'fp16_json', place) ?? readFlag(request, 'fp16_json', 'parameters');
  return { halves: asked ?? false, base64: parameters['content_type'] === 'base64' };
}
