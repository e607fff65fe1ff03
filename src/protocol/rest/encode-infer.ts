import type { Buffer } from 'node:buffer';
import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { InferenceResponse } from '#inference/response.js';
import { NO_SHARED_OUTPUTS, type SharedOutputs, windowParameters } from '#protocol/shared-tensors.js';
import type { Tensor } from '#tensor/tensor.js';
import type { AnswerForm, OutputForm } from './decode-output.js';
import { writeTensorData } from './json-tensor.js';
import { JsonWriter } from './json-writer.js';

/** The two parts of an answer's body. */
export interface EncodedResponse {
  readonly json: Buffer;
  /** The bytes of each binary output, in the order of the outputs: the tensors' own, not copies. */
  readonly blobs: readonly Uint8Array[];
}

/**
 * The body of an answer, in the dialect of its model, without spaces. Throws INVALID_ARGUMENT where JSON cannot carry an
 * output that was not asked for as binary data: FP16, BF16, and BYTES that are not text, unless a form for them was.
 *
 * @param shared the outputs that are in shared memory already: the answer says only where
 */
export function encodeInferResponse(
  response: InferenceResponse,
  form: AnswerForm,
  shared: SharedOutputs = NO_SHARED_OUTPUTS,
): EncodedResponse {
  const writer = new JsonWriter();
  const blobs: Uint8Array[] = [];
  writer.text(`{${headOf(response)},"outputs":[`);
  response.outputs.forEach((output, index) => {
    const own = form.listed.get(output.name) ?? form.others;
    const window = shared.get(output.name);
    const parameters = window ? JSON.stringify(windowParameters(window, output)) : parametersOf(output, own);
    writer.text(`${index === 0 ? '' : ','}{${tensorHeadOf(output, parameters, response)}`);
    if (own.binary && !window) blobs.push(output.data);
    else if (!window) {
      writer.text(',"data":');
      writeTensorData(writer, output, own);
    }
    writer.text('}');
  });
  writer.text(']}');
  return { json: writer.finish(), blobs };
}

/** Furiosa answers with every key, null where nothing was given; Triton leaves out what is absent. */
function headOf({ id, model }: InferenceResponse): string {
  const named = `"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)}`;
  if (model.dialect === 'furiosa') return `${named},"id":${JSON.stringify(id)},"parameters":null`;
  return id === null ? named : `"id":${JSON.stringify(id)},${named}`;
}

/** @param parameters what the answer says of how the output is written */
function tensorHeadOf(output: Tensor, parameters: string | null, { model }: InferenceResponse): string {
  const named = `"name":${JSON.stringify(output.name)}`;
  const [type, size] = [`"datatype":"${output.datatype}"`, `"shape":[${output.shape.join()}]`];
  if (model.dialect === 'furiosa') return `${named},${size},${type},"parameters":${parameters ?? null}`;
  return `${named},${type},${size}${parameters === null ? '' : `,"parameters":${parameters}`}`;
}

/** What an answer says of how an output is written. */
function parametersOf({ name, datatype, data }: Tensor, { binary, json }: OutputForm): string | null {
  if (binary) return `{"binary_data_size":${data.byteLength}}`;
  if (!json.base64) return null;
  if (datatype === 'BYTES') return '{"content_type":"base64"}';
  throw invalid(
    `output '${clip(name)}' was asked for with the content_type 'base64', which is for BYTES, but it is ${datatype}`,
  );
}
