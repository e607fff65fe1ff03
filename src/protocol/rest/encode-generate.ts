import type { Buffer } from 'node:buffer';
import type { InferenceResponse } from '#inference/response.js';
import { elementCount } from '#tensor/shape.js';
import { type ElementForm, writeElements, writeTensorData } from './json-tensor.js';
import { JsonWriter } from './json-writer.js';

/**
 * An answer in plain JSON, in one line: `{"id","model_name","model_version","<output>"}`, each output its only element or
 * a flat list. FP16 and BF16 are numbers. Throws INVALID_ARGUMENT for BYTES that are not text.
 */
export function encodeGenerateResponse(response: InferenceResponse, nanTokens: boolean): Buffer {
  const { id, model, outputs } = response;
  const form: ElementForm = { json: { halves: true, base64: false }, nanTokens };
  const writer = new JsonWriter();
  const given = id === null ? '' : `"id":${JSON.stringify(id)},`;
  writer.text(`{${given}"model_name":${JSON.stringify(model.name)}`);
  writer.text(`,"model_version":${JSON.stringify(model.version)}`);
  for (const output of outputs) {
    writer.text(`,${JSON.stringify(output.name)}:`);
    if (elementCount(output.shape) === 1) writeElements(writer, output, form);
    else writeTensorData(writer, output, form);
  }
  writer.text('}');
  return writer.finish();
}
