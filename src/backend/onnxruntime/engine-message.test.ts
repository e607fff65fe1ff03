import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineMessage } from './engine-message.js';

// Left: what ONNX Runtime 1.30.0 really said.
const rows: [raw: string, said: string][] = [
  ['Load model from /tmp/a b/p2.onnx failed:Protobuf parsing failed.', 'Protobuf parsing failed'],
  [
    "Load model from /tmp/none.onnx failed:Load model /tmp/none.onnx failed. File doesn't exist",
    "Load model /tmp/none.onnx failed. File doesn't exist",
  ],
  [
    "Non-zero status code returned while running Gather node. Name:'' Status Message: indices element out of data bounds, idx=7 must be within the inclusive range [-3,2]",
    'Gather node: indices element out of data bounds, idx=7 must be within the inclusive range [-3,2]',
  ],
  [
    "Non-zero status code returned while running Reshape node. Name:'' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:91 onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) input_shape_size == requested_shape_size was false. The input tensor cannot be reshaped to the requested shape. Input shape:{2}, requested shape:{3,1}\n",
    'Reshape node: The input tensor cannot be reshaped to the requested shape. Input shape:{2}, requested shape:{3,1}',
  ],
  [
    'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
    'the library of its Cuda execution provider is not installed',
  ],
  [
    'inference_session.cc:2119 LoadOrtModelWithLoader ORT model verification failed.',
    'ORT model verification failed',
  ],
  [
    'Load model from /tmp/p2.onnx failed:/onnxruntime_src/onnxruntime/core/graph/model.cc:202 onnxruntime::Model::Model(onnx::ModelProto&&, const onnxruntime::PathString&, const onnxruntime::IOnnxRuntimeOpSchemaRegistryList*, const onnxruntime::logging::Logger&, const onnxruntime::ModelOptions&) Unsupported model IR version: 99, max supported IR version: 13\n',
    'Unsupported model IR version: 99, max supported IR version: 13',
  ],
  [
    'External data path validation failed for initializer: w. Error: tensorprotoutils.cc:461 ValidateExternalDataPathFromDir External data path does not exist: "/tmp/w.bin"',
    'External data path validation failed for initializer: w. Error: External data path does not exist: "/tmp/w.bin"',
  ],
  [
    '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n',
    'Failed to get a WebGPU adapter: No supported adapters',
  ],
  [
    'Got invalid dimensions for input: input for the following indices\n index: 2 Got: 2 Expected: 3\n Please fix either the inputs/outputs or the model.',
    'Got invalid dimensions for input: input for the following indices index: 2 Got: 2 Expected: 3',
  ],
];

// What it could say, as its source has it.
const imagined: typeof rows = [
  [
    "Non-zero status code returned while running Gather node. Name:'pick/1' Status Message: out of reach",
    'Gather node "pick/1": out of reach',
  ],
  ['/x/onnxruntime/a.cc:1 no signature here', 'no signature here'],
  ['', ''],
];

for (const [raw, said] of [...rows, ...imagined]) {
  test(`"${raw.slice(0, 60).trim()}…" becomes one line`, () => assert.equal(engineMessage(raw), said));
}

test('an endless message is cut', () => {
  assert.ok(engineMessage('x'.repeat(5000)).length < 700);
});
