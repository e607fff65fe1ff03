import type { DataType } from '#tensor/datatype.js';
import { tensorInfo } from './onnx-models.js';
import { encodeModel, ONNX_TYPE } from './onnx-writer.js';

/** Rows of two elements: `y` = `x` times a factor, in FP32. Versions of it can be told apart by what they answer. */
export function scaledModel(factor: number, datatype: DataType = 'FP32'): Uint8Array {
  const raw = new Uint8Array(Float32Array.of(factor).buffer);
  return encodeModel({
    graph: {
      nodes: [
        { op: 'Cast', inputs: ['x'], outputs: ['real'], attributes: { to: ONNX_TYPE.FLOAT } },
        { op: 'Mul', inputs: ['real', 'factor'], outputs: ['y'] },
      ],
      initializers: [{ name: 'factor', type: 'FLOAT', shape: [], raw }],
      inputs: [tensorInfo('x', datatype, ['batch', 2])],
      outputs: [tensorInfo('y', 'FP32', ['batch', 2])],
    },
  });
}
