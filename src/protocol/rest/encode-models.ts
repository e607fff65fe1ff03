import { Buffer } from 'node:buffer';
import type { ModelOverview } from '#serving/serving.js';
import { type JsonSchema, objectSchema, orNull } from './definition.js';
import { COUNT } from './tensor-schema.js';

type Policy = ModelOverview['policy'];
type Version = ModelOverview['versions'][number];

type JsonObject = Readonly<Record<string, unknown>>;
type JsonVersion = JsonObject & { readonly version: string };
type JsonModel = JsonObject & { readonly versions: readonly JsonVersion[] };

/** Every model with all that is known of it, an addition of ours to the repository extension. */
export function encodeModels(models: readonly ModelOverview[]): Buffer {
  return Buffer.from(JSON.stringify(models.map(modelOverview)));
}

/** One model, and its versions by themselves, so that more may be said of each. */
export function modelOverview({
  name,
  source,
  fault,
  policy,
  labels,
  traffic,
  versions,
}: ModelOverview): JsonModel {
  const { split, shadow } = traffic;
  return {
    name,
    source,
    fault,
    policy: policyOf(policy),
    labels,
    split,
    shadow,
    versions: versions.map(versionOf),
  };
}

/** As a configuration writes it. */
function policyOf(policy: Policy): object {
  switch (policy.kind) {
    case 'latest':
      return { latest: { num_versions: policy.count } };
    case 'all':
      return { all: {} };
    case 'specific':
      return { specific: { versions: policy.versions } };
  }
}

function versionOf(version: Version): JsonVersion {
  return {
    version: version.version,
    state: version.state,
    reason: version.reason,
    wanted: version.wanted,
    platform: version.platform,
    devices: version.devices,
    instances: version.instances,
    memory_bytes: version.memoryBytes,
    inference_count: version.inferenceCount,
    isolation: version.isolation,
    restarts: version.restarts,
  };
}

const TEXT: JsonSchema = { type: 'string' };

const POLICY: JsonSchema = {
  title: 'VersionPolicy',
  oneOf: [
    objectSchema({ latest: objectSchema({ num_versions: COUNT }) }),
    objectSchema({ all: { type: 'object', maxProperties: 0 } }),
    objectSchema({ specific: objectSchema({ versions: { type: 'array', items: TEXT } }) }),
  ],
  description: 'Which of the versions that there are should be loaded.',
};

const SHADOW: JsonSchema = {
  title: 'Shadow',
  ...objectSchema({ version: TEXT, percent: { type: 'number', minimum: 0, maximum: 100 } }),
};

const VERSION_FIELDS: Readonly<Record<string, JsonSchema>> = {
  version: TEXT,
  state: {
    type: 'string',
    enum: ['UNAVAILABLE', 'LOADING', 'READY', 'UNLOADING'] satisfies Version['state'][],
  },
  reason: { ...TEXT, description: 'Why it is so; empty where there is nothing to say.' },
  wanted: { type: 'boolean', description: 'Whether it is meant to be loaded.' },
  platform: { ...orNull(TEXT), description: 'Null unless it is loaded, as what follows.' },
  devices: { type: 'array', items: TEXT },
  instances: { ...orNull(COUNT), description: 'Copies of the model; an ensemble has none of its own.' },
  memory_bytes: {
    ...orNull(COUNT),
    description: 'About what these copies held when they had been loaded.',
  },
  inference_count: { ...COUNT, description: 'Rows of the requests that succeeded since it was loaded.' },
  isolation: {
    enum: ['thread', 'process', 'none', null],
    description: 'What its instances live in; null for an ensemble, and unless it is loaded.',
  },
  restarts: {
    ...objectSchema({ crash: COUNT, killed: COUNT, hang: COUNT, load: COUNT }),
    description: 'How often its instances were started again since it was loaded, by why.',
  },
};

const VERSION: JsonSchema = { title: 'VersionOverview', ...objectSchema(VERSION_FIELDS) };

const MODEL_FIELDS: Readonly<Record<string, JsonSchema>> = {
  name: TEXT,
  source: { ...TEXT, description: 'Where it comes from, for people.' },
  fault: { ...orNull(TEXT), description: 'Why its source cannot be used now.' },
  policy: POLICY,
  labels: {
    type: 'object',
    additionalProperties: TEXT,
    description: 'Other names of versions.',
  },
  split: {
    ...orNull({ type: 'object', additionalProperties: { type: 'number', minimum: 0 } }),
    description: 'How requests that name no version are shared out; null: the newest has all.',
  },
  shadow: { ...orNull(SHADOW), description: 'The version that gets copies of requests.' },
};

export const MODELS: JsonSchema = {
  title: 'ModelOverviews',
  type: 'array',
  items: {
    title: 'ModelOverview',
    ...objectSchema({ ...MODEL_FIELDS, versions: { type: 'array', items: VERSION } }),
  },
};

/** A model of which each version says more, in these fields. */
export function liveModelSchema(more: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const version = { title: 'LiveVersion', ...objectSchema({ ...VERSION_FIELDS, ...more }) };
  return {
    title: 'LiveModel',
    ...objectSchema({ ...MODEL_FIELDS, versions: { type: 'array', items: version } }),
  };
}
