import { after } from 'node:test';
import { DATATYPES } from '#tensor/datatype.js';
import type { Tensor } from '#tensor/tensor.js';
import { type BackendFixtures, backendContract } from '../../../test/contract/backend.js';
import { PLAIN_OPTIONS } from '../../../test/support/load-options.js';
import {
  addSubModel,
  bytesOf,
  failingModel,
  identityModel,
  modelDirectory,
  writeModel,
} from '../../../test/support/onnx-models.js';
import { onnxRuntimeBackend } from './backend.js';
import { isPassable } from './datatype.js';

const directory = modelDirectory(after);
const model = (name: string, bytes: Uint8Array): string => writeModel(directory, `${name}.onnx`, bytes);

backendContract('onnxruntime', (): BackendFixtures => {
  const number = (name: string, first: number): Tensor => ({
    name,
    datatype: 'INT32',
    shape: [2, 16],
    data: bytesOf(Int32Array.from({ length: 32 }, (_, i) => first + i * i)),
  });
  const index = (...values: bigint[]): Tensor => ({
    name: 'index',
    datatype: 'INT64',
    shape: [values.length],
    data: bytesOf(BigInt64Array.from(values)),
  });
  const whole = addSubModel();
  return {
    backend: onnxRuntimeBackend,
    options: PLAIN_OPTIONS,
    identities: DATATYPES.filter(isPassable).map((datatype) => ({
      datatype,
      path: model(`identity-${datatype}`, identityModel(datatype)),
      shape: [11],
    })),
    manyOutputs: {
      path: model('add-sub', whole),
      inputs: [number('INPUT0', 5), number('INPUT1', 7)],
    },
    failing: { path: model('failing', failingModel()), bad: [index(3n)], good: [index(2n, 0n)] },
    broken: [
      model('cut', whole.subarray(0, whole.length - 20)),
      model('garbage', Uint8Array.of(1, 2, 3, 4)),
      model('bfloat16', identityModel('BF16')),
    ],
  };
});
