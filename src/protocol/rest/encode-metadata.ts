import { Buffer } from 'node:buffer';
import type { ModelMetadata, TensorSpec } from '#inference/metadata.js';
import { type JsonSchema, objectSchema } from './definition.js';
import { DATATYPE } from './tensor-schema.js';

/** What V2 tells about a server. */
export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  readonly extensions: readonly string[];
}

export function encodeServerMetadata({ name, version, extensions }: ServerMetadata): Buffer {
  return Buffer.from(JSON.stringify({ name, version, extensions }));
}

/**
 * What V2 tells about a model. `properties` is left out when there are none.
 *
 * @param versions every version of the model that is ready, in the order to show
 */
export function encodeModelMetadata(metadata: ModelMetadata, versions: readonly string[]): Buffer {
  const { name, platform, inputs, outputs, properties } = metadata;
  return Buffer.from(
    JSON.stringify({
      name,
      versions,
      platform,
      inputs: inputs.map(tensorMetadata),
      outputs: outputs.map(tensorMetadata),
      ...(Object.keys(properties).length > 0 && { properties }),
    }),
  );
}

function tensorMetadata({ name, datatype, shape }: TensorSpec): object {
  return { name, datatype, shape };
}

const STRING: JsonSchema = { type: 'string' };
const STRINGS: JsonSchema = { type: 'array', items: STRING };

export const SERVER_METADATA: JsonSchema = {
  title: 'ServerMetadata',
  ...objectSchema({
    name: STRING,
    version: STRING,
    extensions: { ...STRINGS, description: 'The extensions of the protocol that it serves.' },
  }),
};

const TENSORS: JsonSchema = {
  type: 'array',
  items: {
    title: 'TensorMetadata',
    ...objectSchema({
      name: STRING,
      datatype: DATATYPE,
      shape: {
        type: 'array',
        items: { type: 'integer', minimum: -1 },
        description: 'The length of each axis; -1 stands for any.',
      },
    }),
  },
};

export const MODEL_METADATA: JsonSchema = {
  title: 'ModelMetadata',
  ...objectSchema(
    {
      name: STRING,
      versions: { ...STRINGS, description: 'Those that are ready.' },
      platform: { ...STRING, examples: ['onnxruntime_onnx', 'litert_tflite', 'npu'] },
      inputs: TENSORS,
      outputs: TENSORS,
      properties: {
        type: 'object',
        additionalProperties: STRING,
        description: 'Further facts: the engine, the devices, how many copies.',
      },
    },
    ['name', 'versions', 'platform', 'inputs', 'outputs'],
  ),
};
