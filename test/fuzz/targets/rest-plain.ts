import type { ModelMetadata, TensorSpec } from '#inference/metadata.js';
import { decodeGenerateRequest } from '#protocol/rest/decode-generate.js';
import { rawRequest } from '#protocol/rest/raw-request.js';
import { DATATYPES } from '#tensor/datatype.js';
import { checkInput, checkProportion } from '../check-tensor.js';
import { type FuzzTarget, textSeeds } from '../target.js';

export const restGenerate: FuzzTarget = {
  name: 'rest-generate',
  about:
    'The plain JSON of `generate`, for a model with inputs of five datatypes. Tensors have the bytes that their shapes say',
  seeds: textSeeds(
    '{"text":"hello","id":"7","parameters":{"temperature":0.5,"timeout":3}}',
    '{"numbers":[1,2,3,4],"flags":true,"halves":[0.5,NaN],"text":["a"],"open":[]}',
    '{"big":[1,18446744073709551615],"sequence_id":"s","priority":2,"x":null}',
  ),
  words: [
    '"text":',
    '"numbers":[',
    '"flags":',
    '"halves":',
    '"big":',
    '"open":',
    '"id":',
    '"parameters":{',
    '[',
    ']',
    '"timeout":',
    'null',
    'true',
  ],
  run: (input) => {
    const { request } = decodeGenerateRequest(input, MANY);
    for (const tensor of request.inputs) checkInput(tensor);
    checkProportion(request.inputs, input.length, 12);
    return request.inputs.map(({ name }) => name).join();
  },
};

/** An input is a byte that chooses a model, and the body. */
export const restRaw: FuzzTarget = {
  name: 'rest-raw',
  about: 'A body without any JSON, whose shape the model and its length decide, for 126 models of one input',
  seeds: () => RAW_MODELS.map((_, i) => Uint8Array.from([i, ...new Uint8Array(16)])),
  words: ['\u0000\u0000\u0000\u0000'],
  run: (input) => {
    const model = RAW_MODELS[(input[0] ?? 0) % RAW_MODELS.length] as ModelMetadata;
    const body = input.subarray(1);
    const { inputs } = rawRequest(body, model);
    for (const tensor of inputs) checkInput(tensor);
    return inputs.map(({ datatype, shape }) => `${datatype} ${shape.length}`).join();
  },
};

const MANY = modelOf(
  0,
  { name: 'text', datatype: 'BYTES', shape: [1] },
  { name: 'numbers', datatype: 'FP32', shape: [2, -1] },
  { name: 'flags', datatype: 'BOOL', shape: [-1] },
  { name: 'halves', datatype: 'FP16', shape: [-1] },
  { name: 'big', datatype: 'UINT64', shape: [2] },
  { name: 'open', datatype: 'INT8', shape: [-1, -1] },
);

const RAW_MODELS = DATATYPES.flatMap((datatype) =>
  [[4], [-1], [-1, 2], [2, -1, 3], [], [-1, -1], [0], [-1, 0], [1, 1]].map((shape, i) =>
    modelOf(i === 5 ? 8 : 0, { name: 'x', datatype, shape }),
  ),
);

function modelOf(maxBatchSize: number, ...inputs: readonly TensorSpec[]): ModelMetadata {
  return {
    name: 'model',
    version: '1',
    platform: 'cpu',
    dialect: 'v2',
    inputs,
    outputs: [],
    maxBatchSize,
    properties: {},
  };
}
