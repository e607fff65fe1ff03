import { Tensor as EngineTensor } from 'onnxruntime-node';
import { invalid, ServingError } from '#core/errors.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { dataTypeOf, isPassable, type PassableType } from './datatype.js';
import { decodeStrings, encodeStrings } from './strings.js';

/** The binding reads axes as 32-bit numbers. Only what has no elements can have larger ones. */
const LARGEST_AXIS = 2 ** 32 - 1;

/**
 * A tensor as ONNX Runtime takes it: a view of the same bytes where they lie as the engine needs them, else a copy.
 * The bytes must be as many as the shape takes. Throws INVALID_ARGUMENT for strings and axes that the engine has no
 * way to take.
 */
export function toEngine(tensor: Tensor): EngineTensor {
  const { name, datatype, shape, data } = tensor;
  if (!isPassable(datatype)) throw invalid(`input "${name}": ONNX Runtime for Node cannot pass ${datatype}`);
  if (shape.some((axis) => axis > LARGEST_AXIS)) {
    throw invalid(
      `input "${name}": its shape ${formatShape(shape)} has an axis beyond 2^32-1, the most that ONNX Runtime for Node takes`,
    );
  }
  if (datatype === 'BYTES') return new EngineTensor('string', decodeStrings(tensor), shape);
  return NEW_TENSOR[datatype](usable(data, DATATYPE_BYTES[datatype]), shape);
}

/** The bytes themselves, or a copy where typed arrays could not be laid over them or the binding would refuse them. */
function usable(data: Uint8Array, elementBytes: number): Uint8Array {
  const lies = data.byteOffset % elementBytes === 0;
  // The binding knows no shared memory on Node 20.
  return lies && !(data.buffer instanceof SharedArrayBuffer) ? data : new Uint8Array(data);
}

const NEW_TENSOR: Record<
  Exclude<PassableType, 'BYTES'>,
  (data: Uint8Array, shape: readonly number[]) => EngineTensor
> = {
  BOOL: (data, shape) => new EngineTensor('bool', data, shape),
  UINT8: (data, shape) => new EngineTensor('uint8', data, shape),
  UINT16: ({ buffer, byteOffset, byteLength }, shape) =>
    new EngineTensor('uint16', new Uint16Array(buffer, byteOffset, byteLength / 2), shape),
  UINT32: ({ buffer, byteOffset, byteLength }, shape) =>
    new EngineTensor('uint32', new Uint32Array(buffer, byteOffset, byteLength / 4), shape),
  UINT64: ({ buffer, byteOffset, byteLength }, shape) =>
    new EngineTensor('uint64', new BigUint64Array(buffer, byteOffset, byteLength / 8), shape),
  INT8: ({ buffer, byteOffset, byteLength }, shape) =>
    new EngineTensor('int8', new Int8Array(buffer, byteOffset, byteLength), shape),
  INT16: ({ buffer, byteOffset, byteLength }, shape) =>
    new EngineTensor('int16', new Int16Array(buffer, byteOffset, byteLength / 2), shape),
  INT32: ({ buffer, byteOffset, byteLength }, shape) =>
    new EngineTensor('int32', new Int32Array(buffer, byteOffset, byteLength / 4), shape),
  INT64: ({ buffer, byteOffset, byteLength }, shape) =>
    new EngineTensor('int64', new BigInt64Array(buffer, byteOffset, byteLength / 8), shape),
  FP16: float16Tensor,
  FP32: ({ buffer, byteOffset, byteLength }, shape) =>
    new EngineTensor('float32', new Float32Array(buffer, byteOffset, byteLength / 4), shape),
  FP64: ({ buffer, byteOffset, byteLength }, shape) =>
    new EngineTensor('float64', new Float64Array(buffer, byteOffset, byteLength / 8), shape),
};

/**
 * Where JavaScript has Float16Array, the library would lay one over the bytes, and the binding (1.30) take it for
 * empty. So it is given what it understands on every Node: the bits as 16-bit integers, under the right name.
 */
function float16Tensor(
  { buffer, byteOffset, byteLength }: Uint8Array,
  shape: readonly number[],
): EngineTensor {
  const tensor: EngineTensor = new EngineTensor(
    'uint16',
    new Uint16Array(buffer, byteOffset, byteLength / 2),
    shape,
  );
  return Object.assign(tensor, { type: 'float16' as const });
}

/** What ONNX Runtime answered, as a tensor. The binding gives every output a buffer of its own, so nothing is copied. */
export function fromEngine(name: string, answered: EngineTensor): Tensor {
  const datatype = dataTypeOf(answered.type);
  if (datatype === null) {
    throw new ServingError('INTERNAL', `output "${name}" came as ${answered.type}, which V2 cannot carry`);
  }
  const { dims, data } = answered;
  if (!ArrayBuffer.isView(data)) return { name, datatype, shape: dims, data: encodeStrings(data) };
  return { name, datatype, shape: dims, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
