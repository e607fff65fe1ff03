import { Buffer } from 'node:buffer';
import type { ModelMetadata, TensorSpec } from '#inference/metadata.js';

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
