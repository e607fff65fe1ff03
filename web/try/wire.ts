import { type Datatype, isDatatype } from './datatype.js';
import { Problem } from './problem.js';
import { type ParameterText, parametersJson } from './sequence.js';
import type { Shape } from './shape.js';

/** A tensor as it travels: row-major, little-endian, each element of BYTES behind its length. */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

export interface WireRequest {
  /** What the header Inference-Header-Content-Length says. */
  readonly headLength: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What an answer of inference has. */
export interface WireAnswer {
  readonly model: string;
  readonly version: string;
  readonly outputs: readonly Tensor[];
}

/** An output that is asked for by name, with what is asked of it. */
export interface WantedOutput {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

/**
 * A request whose tensors stand as bytes behind the JSON, and whose outputs are to come back so too: exact for every datatype.
 * @param outputs those that are wanted; none means all
 * @param parameters of the request, beside its own
 */
export function encodeRequest(
  inputs: readonly Tensor[],
  outputs: readonly WantedOutput[] = [],
  parameters: readonly ParameterText[] = [],
): WireRequest {
  const written = inputs.map(({ name, shape, datatype, bytes }) => ({
    name,
    shape,
    datatype,
    parameters: { binary_data_size: bytes.length },
  }));
  const fields = [
    `"inputs":${JSON.stringify(written)}`,
    ...(outputs.length === 0 ? [] : [`"outputs":${JSON.stringify(outputs)}`]),
    `"parameters":${parametersJson([['binary_data_output', 'true'], ...parameters])}`,
  ];
  const head = new TextEncoder().encode(`{${fields.join(',')}}`);
  const body = new Uint8Array(inputs.reduce((sum, { bytes }) => sum + bytes.length, head.length));
  body.set(head);
  let at = head.length;
  for (const { bytes } of inputs) {
    body.set(bytes, at);
    at += bytes.length;
  }
  return { headLength: head.length, body };
}

interface JsonAnswer {
  readonly model_name: string;
  readonly model_version?: string;
  readonly outputs: readonly JsonOutput[];
}

interface JsonOutput {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters?: { readonly binary_data_size?: number } | null;
}

/**
 * Reads an answer to such a request. Throws Problem for one that is none.
 * @param headLength of the header Inference-Header-Content-Length; null where there was none
 */
export function decodeAnswer(body: Uint8Array, headLength: number | null): WireAnswer {
  const head = headLength ?? body.length;
  const json = jsonOf(body.subarray(0, head));
  let at = head;
  const outputs = json.outputs.map(({ name, datatype, shape, parameters }) => {
    const size = parameters?.binary_data_size;
    if (!isDatatype(datatype) || size === undefined || at + size > body.length)
      throw new Problem('problemAnswer');
    // A copy begins at 0, as typed arrays want it.
    const bytes = body.slice(at, at + size);
    at += size;
    return { name, datatype, shape, bytes };
  });
  return { model: json.model_name, version: json.model_version ?? '', outputs };
}

function jsonOf(bytes: Uint8Array): JsonAnswer {
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes)) as JsonAnswer;
    if (Array.isArray(json.outputs)) return json;
  } catch {
    // Said below.
  }
  throw new Problem('problemAnswer');
}
