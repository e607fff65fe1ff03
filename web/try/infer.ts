import { ApiError, modelPath, sentenceOf } from '../api.js';
import { fetchWithKey } from '../api-key.js';
import { type Labels, labelsOf } from './label-texts.js';
import type { ParameterText } from './sequence.js';
import { decodeAnswer, encodeRequest, type Tensor, type WireAnswer } from './wire.js';

/** An answer, and how long the browser waited for it. */
export interface Inference {
  readonly answer: WireAnswer;
  readonly milliseconds: number;
}

const HEAD_LENGTH = 'inference-header-content-length';

/** Asks the model. Throws ApiError with the server's sentence, Problem for an answer that is none. */
export async function infer(
  model: string,
  version: string | null,
  inputs: readonly Tensor[],
  parameters: readonly ParameterText[],
  signal: AbortSignal,
): Promise<Inference> {
  const { headLength, body } = encodeRequest(inputs, [], parameters);
  const from = performance.now();
  const response = await fetchWithKey(`${modelPath(model, version)}/infer`, {
    method: 'POST',
    headers: { [HEAD_LENGTH]: String(headLength) },
    body,
    signal,
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const milliseconds = performance.now() - from;
  if (!response.ok) {
    const sentence = sentenceOf(new TextDecoder().decode(bytes));
    throw new ApiError(response.status, sentence ?? `${response.status} ${response.statusText}`);
  }
  const head = response.headers.get(HEAD_LENGTH);
  return { answer: decodeAnswer(bytes, head === null ? null : Number(head)), milliseconds };
}

interface Classified {
  readonly outputs: readonly { readonly data: readonly string[] }[];
}

/**
 * The labels of an output. Only the extension `classification` tells them, so this is one more inference with the same inputs. No labels where the
 * server gives none.
 */
export async function askLabels(
  model: string,
  version: string | null,
  inputs: readonly Tensor[],
  output: string,
  classes: number,
): Promise<Labels> {
  const { headLength, body } = encodeRequest(inputs, [
    { name: output, parameters: { classification: classes, binary_data: false } },
  ]);
  const response = await fetchWithKey(`${modelPath(model, version)}/infer`, {
    method: 'POST',
    headers: { [HEAD_LENGTH]: String(headLength) },
    body,
  });
  if (!response.ok) return [];
  const { outputs } = (await response.json()) as Classified;
  return labelsOf(outputs[0]?.data ?? [], classes);
}
