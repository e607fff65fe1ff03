import { invalid } from '#core/errors.js';
import { rowShapeOf, shapeOfRows } from '#inference/batch-axis.js';
import type { ModelMetadata, TensorSpec } from '#inference/metadata.js';
import { type InferenceRequest, NO_SCHEDULE } from '#inference/request.js';
import { checkBinaryTensor } from '#protocol/binary-tensor.js';
import { encodeByteStrings } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { elementCount, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';

/**
 * The request that a body without any JSON is (`Inference-Header-Content-Length: 0`): the bytes of the model's only
 * input, whose shape the model and the number of bytes decide. For BYTES the whole body is one element, without a
 * length before it. Throws INVALID_ARGUMENT, in Triton's words, where the model leaves more open.
 */
export function rawRequest(
  body: Uint8Array,
  { name, version, inputs, maxBatchSize }: ModelMetadata,
): InferenceRequest {
  const [input] = inputs;
  if (input === undefined || inputs.length !== 1) {
    throw invalid(
      `Raw request must only have 1 input (found 1) to be deduced but got ${inputs.length} inputs in '${name}' model configuration`,
    );
  }
  const tensor =
    input.datatype === 'BYTES' ? oneElement(body, input) : rowsOf(body, oneBatch(input, maxBatchSize), name);
  return {
    id: null,
    model: { name, version },
    inputs: [tensor],
    outputs: 'all',
    parameters: {},
    schedule: NO_SCHEDULE,
    sequence: null,
  };
}

function oneElement(body: Uint8Array, { name, datatype, shape: spec }: TensorSpec): Tensor {
  const shape = spec.map((axis) => (axis === -1 ? 1 : axis));
  if (elementCount(shape) !== 1) {
    throw invalid(
      `the body of a raw request is one element, but input '${name}' of shape ${formatShape(spec)} takes more`,
    );
  }
  return { name, datatype, shape, data: encodeByteStrings([body]) };
}

/** Where another axis is open too, the batch has one row, as in Triton; else the bytes tell how many. */
function oneBatch(spec: TensorSpec, maxBatchSize: number): TensorSpec {
  if (maxBatchSize === 0 || !rowShapeOf(spec).includes(-1)) return spec;
  return { ...spec, shape: shapeOfRows(spec, 1) };
}

function rowsOf(body: Uint8Array, { name, datatype, shape: spec }: TensorSpec, model: string): Tensor {
  const open = spec.filter((axis) => axis === -1).length;
  if (open > 1) {
    throw invalid(
      `The shape of the raw input '${name}' can not be deduced because there are more than one variable-sized dimension: it is ${formatShape(spec)}`,
    );
  }
  const rowBytes = elementCount(spec.filter((axis) => axis !== -1)) * DATATYPE_BYTES[datatype];
  const rows = open === 0 ? 1 : body.byteLength / rowBytes;
  // No row at all is what a forgotten body looks like: a client that means it can say so in JSON.
  if (rows === 0) {
    throw invalid(
      `the body of a raw request is empty, but input '${name}' of shape ${formatShape(spec)} takes ${rowBytes} bytes at least`,
    );
  }
  if (!Number.isInteger(rows) || rows * rowBytes !== body.byteLength) {
    throw invalid(
      `input byte size mismatch for input '${name}' for model '${model}'. ` +
        `Expected ${open === 0 ? rowBytes : `a multiple of ${rowBytes}`}, got ${body.byteLength}: its shape is ${formatShape(spec)} and its datatype ${datatype}`,
    );
  }
  const tensor = { name, datatype, shape: spec.map((axis) => (axis === -1 ? rows : axis)), data: body };
  checkBinaryTensor(body, tensor);
  return tensor;
}
