import { INFER_REQUEST_SCHEMA } from './decode-infer.js';
import { index, type JsonSchema, objectSchema } from './definition.js';
import { type Content, jsonContent, type Operation } from './operation.js';
import { REQUEST_TIMEOUT } from './request-timeout.js';
import { DATATYPE, SHAPE } from './tensor-schema.js';

/** `parameters` of an answer: absent or, in the dialect of the original, null where there are none. */
function saidOf(known: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: ['object', 'null'], properties: known };
}

const OUTPUT: JsonSchema = {
  title: 'InferOutput',
  ...objectSchema(
    {
      name: { type: 'string' },
      shape: SHAPE,
      datatype: DATATYPE,
      parameters: saidOf({
        binary_data_size: {
          ...index.schema,
          description: "How many of the bytes behind the JSON are this output's; instead of `data`.",
        },
        content_type: { type: 'string', const: 'base64', description: 'The elements are base64.' },
      }),
      data: {
        type: 'array',
        items: { type: ['number', 'string', 'boolean', 'null'] },
        description:
          'The elements in row-major order. `null` stands for NaN and the infinities. Not there for an output that was written to shared memory.',
      },
    },
    ['name', 'shape', 'datatype'],
  ),
};

const RESPONSE: JsonSchema = {
  title: 'InferResponse',
  ...objectSchema(
    {
      id: { type: ['string', 'null'], description: 'That of the request.' },
      model_name: { type: 'string' },
      model_version: { type: 'string', description: 'The one that answered.' },
      parameters: saidOf({}),
      outputs: { type: 'array', items: OUTPUT },
    },
    ['model_name', 'model_version', 'outputs'],
  ),
  description:
    'Models of `platform: npu` have every field, null where nothing was given; others leave such fields out.',
};

const BYTES: JsonSchema = {
  type: 'string',
  format: 'binary',
  description:
    'As many bytes of JSON as the header says, and behind them those of each binary tensor, in their order.',
};

const HEADER = 'Inference-Header-Content-Length';

/** Bytes of JSON, or JSON with the bytes of tensors behind it. */
function contentOf(schema: JsonSchema, examples: Content[string]['examples']): Content {
  return { ...jsonContent(schema, examples), 'application/octet-stream': { schema: BYTES } };
}

const REQUEST_EXAMPLE = {
  id: '7',
  inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: [5, 3, 1, 0.2] }],
  outputs: [{ name: 'label' }],
};

const ANSWER_EXAMPLE = {
  id: '7',
  model_name: 'iris',
  model_version: '1',
  outputs: [{ name: 'label', datatype: 'INT64', shape: [1], data: [0] }],
};

/** What is said of the body, the headers and the answer of an inference. */
export const INFER_CONTENT: Required<Pick<Operation, 'body' | 'headers' | 'answers'>> = {
  headers: {
    ...REQUEST_TIMEOUT,
    [HEADER]: {
      ...index.schema,
      description:
        'How many bytes of the body are its JSON; binary tensors follow. 0: no JSON, the body is the only input. Not given: all of it is JSON.',
    },
  },
  body: {
    isRequired: true,
    description: 'Read as JSON whatever the Content-Type says; what else the body holds, the header says.',
    content: contentOf(INFER_REQUEST_SCHEMA, { 'the species of an iris': REQUEST_EXAMPLE }),
  },
  answers: {
    200: {
      description: 'The outputs. As bytes where the request asked for one output or more as binary data.',
      headers: {
        [HEADER]: {
          ...index.schema,
          description: 'How many bytes are JSON, where the answer is not JSON only.',
        },
      },
      content: contentOf(RESPONSE, { 'the species of an iris': ANSWER_EXAMPLE }),
    },
  },
};
