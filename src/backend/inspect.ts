import { invalid } from '#core/errors.js';
import { identify } from './identify.js';
import { summarizeTflite } from './litert/model-file.js';
import type { ModelSummary } from './model-summary.js';
import { summarizeOnnx } from './onnxruntime/model-file.js';

/** What a model file says of itself. No engine is loaded. Throws INVALID_ARGUMENT for a path without a sound model. */
export async function inspectModel(path: string): Promise<ModelSummary> {
  const identified = identify(path);
  if ('problem' in identified) throw invalid(identified.problem);
  return identified.format === 'onnx' ? summarizeOnnx(path) : await summarizeTflite(path);
}
