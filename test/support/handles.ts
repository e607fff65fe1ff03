/** Borrowed versions that a test plays. */
import type { TensorSpec } from '#inference/metadata.js';
import type { Handle } from '#lifecycle/handle.js';
import type { Port } from '#lifecycle/signature.js';

export function portOf(spec: TensorSpec, engineName: string = spec.name): Port {
  return { spec, engineName };
}

/** Takes and makes a row of UINT8, `x` and `y`, unless `parts` says otherwise; it must not be submitted to then. */
export function handleOf(parts: Partial<Handle> = {}): Handle {
  const spec = (name: string): TensorSpec => ({ name, datatype: 'UINT8', shape: [-1, 1] });
  const signature = parts.signature ?? { inputs: [portOf(spec('x'))], outputs: [portOf(spec('y'))] };
  return {
    metadata: {
      name: 'm',
      version: '1',
      platform: 'p',
      dialect: 'v2',
      inputs: signature.inputs.map((port) => port.spec),
      outputs: signature.outputs.map((port) => port.spec),
      maxBatchSize: 8,
      properties: {},
    },
    signature,
    deployment: {
      fileName: '',
      platform: '',
      places: [],
      scheduling: { kind: 'none' },
      warmup: [],
      isCached: false,
    },
    maxRequestRows: 8,
    strict: false,
    submit: () => Promise.reject(new Error('nothing was to be submitted')),
    release: () => {},
    ...parts,
  };
}
