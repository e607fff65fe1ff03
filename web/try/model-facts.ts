import { ask, modelPath } from '../api.js';
import { type Datatype, isDatatype } from './datatype.js';
import type { InputSpec } from './editor-of.js';
import type { Shape } from './shape.js';

export interface OutputSpec {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: Shape;
  /** Whether the model's configuration names a file of labels for it. */
  readonly hasLabels: boolean;
}

/** What the form is made from. */
export interface ModelFacts {
  readonly platform: string;
  readonly versions: readonly string[];
  readonly inputs: readonly InputSpec[];
  readonly outputs: readonly OutputSpec[];
  /** Of a model that serves sequences: after so much silence it forgets one. Null for any other. */
  readonly sequenceIdleMs: number | null;
}

interface Tensors {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

interface Metadata {
  readonly platform: string;
  readonly versions?: readonly string[];
  readonly inputs: readonly Tensors[];
  readonly outputs: readonly Tensors[];
}

interface Config {
  readonly input?: readonly { readonly name: string; readonly format?: string }[];
  readonly output?: readonly { readonly name: string; readonly label_filename?: string }[];
  readonly sequence_batching?: { readonly max_sequence_idle_microseconds: number };
}

/** Asks for metadata and configuration. Throws ApiError where there is no such model, or where it is not ready. */
export async function askFacts(model: string, version: string | null): Promise<ModelFacts> {
  const path = modelPath(model, version);
  const [metadata, config] = await Promise.all([
    ask<Metadata>('GET', path),
    // Only hints come from it: the form works without.
    ask<Config>('GET', `${path}/config`).catch((): Config => ({})),
  ]);
  return factsOf(metadata, config);
}

function factsOf({ platform, versions = [], inputs, outputs }: Metadata, config: Config): ModelFacts {
  const sequences = config.sequence_batching;
  return {
    platform,
    versions,
    inputs: inputs.filter(isKnown).map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape,
      format: config.input?.find((each) => each.name === name)?.format ?? '',
    })),
    outputs: outputs.filter(isKnown).map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape,
      hasLabels: Boolean(config.output?.find((each) => each.name === name)?.label_filename),
    })),
    sequenceIdleMs: sequences === undefined ? null : sequences.max_sequence_idle_microseconds / 1000,
  };
}

function isKnown(tensor: Tensors): tensor is Tensors & { readonly datatype: Datatype } {
  return isDatatype(tensor.datatype);
}
