import type { Tensor as EngineTensor } from 'onnxruntime-node';
import type { DataType } from '#tensor/datatype.js';

/** The datatypes that ONNX Runtime's Node binding can pass. */
export type PassableType = Exclude<DataType, 'BF16'>;

const DATA_TYPE_OF: Partial<Record<EngineTensor.Type, PassableType>> = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
};

/** The datatype that the engine calls `type`, or null where V2 has no name for it (int4, uint4). */
export function dataTypeOf(type: EngineTensor.Type): PassableType | null {
  return DATA_TYPE_OF[type] ?? null;
}

export function isPassable(datatype: DataType): datatype is PassableType {
  return datatype !== 'BF16';
}
