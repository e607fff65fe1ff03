import type { TracedTensor, TraceRecord } from '#inference/trace.js';
import { tensorText } from './tensor-text.js';

/** The objects of one trace, as Triton's trace files have them. All carry its id. */
export function encodeTrace({ id, model, requestId, timestamps, tensors }: TraceRecord): readonly object[] {
  const head = {
    id,
    model_name: model.name,
    model_version: versionOf(model.version),
    ...(requestId !== null && { request_id: requestId }),
  };
  return [
    head,
    ...(timestamps.length === 0 ? [] : [{ id, timestamps }]),
    ...tensors.map((tensor) => encodeTensor(id, tensor)),
  ];
}

/** One that is left out is no `tensor`, for Triton's tools would look for its data. */
function encodeTensor(id: number, tensor: TracedTensor): object {
  const { activity, name, datatype, shape, byteSize, data } = tensor;
  if (data === null) {
    const text = `the tensor '${name}' (${datatype} [${shape}]) is left out: its ${byteSize} bytes are too many`;
    return { id, note: `${activity}: ${text}` };
  }
  return {
    id,
    activity,
    tensor: { name, data: tensorText(tensor, data), shape: shape.join(','), dtype: datatype },
  };
}

/** A number, as Triton's versions are, where it is one. */
function versionOf(version: string): number | string {
  return /^\d{1,15}$/.test(version) ? Number(version) : version;
}
