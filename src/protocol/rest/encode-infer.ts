import type { Buffer } from 'node:buffer';
import type { InferenceResponse } from '#inference/response.js';
import type { Tensor } from '#tensor/tensor.js';
import { writeTensorData } from './json-tensor.js';
import { JsonWriter } from './json-writer.js';

export interface EncodeOptions {
  /** Write `NaN`, `Infinity` and `-Infinity` as such, which strict JSON readers refuse; else they are `null`. */
  readonly nanTokens: boolean;
}

/**
 * The body of an answer, in the dialect of its model, without spaces. Throws INVALID_ARGUMENT where JSON cannot carry an
 * output: FP16, BF16, and BYTES that are not text.
 */
export function encodeInferResponse(response: InferenceResponse, options: EncodeOptions): Buffer {
  const writer = new JsonWriter();
  writer.text(`{${headOf(response)},"outputs":[`);
  response.outputs.forEach((output, index) => {
    writer.text(`${index === 0 ? '' : ','}{${tensorHeadOf(output, response)},"data":`);
    writeTensorData(writer, output, options.nanTokens);
    writer.text('}');
  });
  writer.text(']}');
  return writer.finish();
}

/** Furiosa answers with every key, null where nothing was given; Triton leaves out what is absent. */
function headOf({ id, model }: InferenceResponse): string {
  const named = `"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)}`;
  if (model.dialect === 'furiosa') return `${named},"id":${JSON.stringify(id)},"parameters":null`;
  return id === null ? named : `"id":${JSON.stringify(id)},${named}`;
}

function tensorHeadOf({ name, datatype, shape }: Tensor, { model }: InferenceResponse): string {
  const named = `"name":${JSON.stringify(name)}`;
  const [type, size] = [`"datatype":"${datatype}"`, `"shape":[${shape.join()}]`];
  return model.dialect === 'furiosa'
    ? `${named},${size},${type},"parameters":null`
    : `${named},${type},${size}`;
}
