import type { Call } from '#core/call.js';
import type { InferenceRequest } from '#inference/request.js';
import type { InferenceResponse } from '#inference/response.js';
import { batchRows } from '#lifecycle/batch-rows.js';
import type { Handle } from '#lifecycle/handle.js';
import type { ModelManager } from '#lifecycle/manager.js';
import type { Tensor } from '#tensor/tensor.js';
import { classify } from './classify.js';
import type { RequestTrace } from './request-trace.js';
import { resolveInputs } from './resolve-inputs.js';
import { resolveOutputs, type WantedOutput } from './resolve-outputs.js';
import type { Tracing } from './tracing.js';

/** The whole server in a few lines: borrow the model, check, run, give it back. Rejects with ServingError. */
export async function infer(
  models: ModelManager,
  request: InferenceRequest,
  call: Call,
  tracing: Tracing,
): Promise<InferenceResponse> {
  if (call.facts !== undefined) call.facts.id = request.id;
  const handle = models.acquire(request.model, request.sequence?.id ?? null); // NOT_FOUND, UNAVAILABLE
  if (call.facts !== undefined) call.facts.model = handle.metadata;
  const trace = tracing.begin(request.id, handle.metadata, call); // mostly null
  try {
    return await inferWith(handle, request, call, trace);
  } catch (thrown) {
    trace?.failed(thrown);
    throw thrown;
  } finally {
    handle.release(); // an unload waits for this
    trace?.end();
  }
}

async function inferWith(
  handle: Handle,
  request: InferenceRequest,
  call: Call,
  trace: RequestTrace | null,
): Promise<InferenceResponse> {
  const { name, version, dialect, maxBatchSize } = handle.metadata;
  const { signature, strict, maxRequestRows } = handle;
  const rules = { model: name, ports: signature.inputs, strict, maxRequestRows };
  const inputs = resolveInputs(request.inputs, rules); // INVALID_ARGUMENT
  const rows = batchRows(inputs, rules); // INVALID_ARGUMENT
  const wanted = resolveOutputs(request.outputs, signature.outputs, handle.metadata); // INVALID_ARGUMENT
  const engineNames = wanted.map((output) => output.engineName);
  const job = { inputs, outputs: engineNames, rows, schedule: request.schedule, sequence: request.sequence };
  trace?.queued(inputs, rows);
  const { outputs, timings, isCached = false } = await handle.submit(job, trace?.watched(call) ?? call); // OVERLOADED, CANCELLED, INTERNAL, …
  if (call.facts !== undefined) {
    call.facts.phases = timings;
    call.facts.isCached = isCached;
  }
  // The sums of an ensemble's steps are no moments of the one request.
  trace?.computed(outputs, handle.deployment.scheduling.kind === 'ensemble' ? null : timings, isCached);
  return {
    id: request.id,
    model: { name, version, dialect },
    outputs: outputs.map((tensor, i) => finished(tensor, wanted[i] as WantedOutput, maxBatchSize > 0)),
    timings,
  };
}

/** An output as it was asked for. */
function finished(tensor: Tensor, wanted: WantedOutput, hasBatchAxis: boolean): Tensor {
  const named = { ...tensor, name: wanted.answerName };
  const { classes, labels } = wanted;
  const batchAxis = hasBatchAxis ? wanted.batchAxis : null;
  return classes === 0 ? named : classify(named, { classes, labels, batchAxis });
}
