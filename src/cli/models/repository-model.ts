import type { JsonPlace } from '#cli/json-place.js';

/** A version of a model, as `GET /v2/repository/models` tells of it. */
export interface RepositoryVersion {
  readonly version: string;
  /** READY, LOADING, UNLOADING or UNAVAILABLE; a newer server may know more. */
  readonly state: string;
  /** Why it is so; empty where there is no more to say. */
  readonly reason: string;
  /** Whether the version policy asks for it. */
  readonly wanted: boolean;
  readonly platform: string | null;
  readonly devices: readonly string[];
  readonly instances: number;
  /** Null where it is not known. */
  readonly memoryBytes: number | null;
  /** Inferences since the server started. */
  readonly inferenceCount: number;
  /** thread, process or none; null where it is not known. */
  readonly isolation: string | null;
  /** How often its instances were started again; null where it is not known. */
  readonly restarts: Readonly<Record<string, number>> | null;
}

/** A model of a running server. */
export interface RepositoryModel {
  readonly name: string;
  /** Where it comes from, for instance its folder; null where the server does not tell. */
  readonly source: string | null;
  /** What is wrong with the model as a whole, or null. */
  readonly fault: string | null;
  readonly policy: VersionPolicy | null;
  /** Versions by their labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Percent of the requests by version, or null where one version answers all. */
  readonly split: Readonly<Record<string, number>> | null;
  /** The version that gets copies of requests, or null. */
  readonly shadow: { readonly version: string; readonly percent: number } | null;
  readonly versions: readonly RepositoryVersion[];
}

/** Which versions are wanted: `latest 2`, `all` or `specific 1, 3`. */
export type VersionPolicy =
  | { readonly kind: 'latest'; readonly count: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'specific'; readonly versions: readonly string[] };

/** Reads what `GET /v2/repository/models` answers. A key that a server of another version lacks is null or empty. */
export function decodeModels(answer: JsonPlace): readonly RepositoryModel[] {
  return answer.list().map(decodeModel);
}

function decodeModel(model: JsonPlace): RepositoryModel {
  return {
    name: model.key('name').text(),
    source: model.key('source').orNull(text),
    fault: model.key('fault').orNull(text),
    policy: model.key('policy').orNull(decodePolicy),
    labels: model.key('labels').orNull((labels) => recordOf(labels, text)) ?? {},
    split: model.key('split').orNull((split) => recordOf(split, number)),
    shadow: model.key('shadow').orNull((shadow) => ({
      version: shadow.key('version').text(),
      percent: shadow.key('percent').number(),
    })),
    versions: model.key('versions').list().map(decodeVersion),
  };
}

function decodeVersion(version: JsonPlace): RepositoryVersion {
  return {
    version: version.key('version').text(),
    state: version.key('state').text(),
    reason: version.key('reason').orNull(text) ?? '',
    wanted: version.key('wanted').orNull((wanted) => wanted.flag()) ?? true,
    platform: version.key('platform').orNull(text),
    devices: version.key('devices').orNull((devices) => devices.list().map(text)) ?? [],
    instances: version.key('instances').orNull(number) ?? 0,
    memoryBytes: version.key('memory_bytes').orNull(number),
    inferenceCount: version.key('inference_count').orNull(number) ?? 0,
    isolation: version.key('isolation').orNull(text),
    restarts: version.key('restarts').orNull((restarts) => recordOf(restarts, number)),
  };
}

/** A policy that only a newer server knows is null. */
function decodePolicy(policy: JsonPlace): VersionPolicy | null {
  const latest = policy.key('latest').orNull((each) => each.key('num_versions').number());
  if (latest !== null) return { kind: 'latest', count: latest };
  const specific = policy.key('specific').orNull((each) => each.key('versions').list().map(text));
  if (specific !== null) return { kind: 'specific', versions: specific };
  return policy.key('all').orNull(() => ({ kind: 'all' }) as const);
}

function text(place: JsonPlace): string {
  return place.text();
}

function number(place: JsonPlace): number {
  return place.number();
}

function recordOf<Value>(
  place: JsonPlace,
  readValue: (value: JsonPlace) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(place.entries().map(([name, value]) => [name, readValue(value)]));
}

/** The same as the server writes it: every key is always there. */
export function modelRecord(model: RepositoryModel): Record<string, unknown> {
  const { name, source, fault, policy, labels, split, shadow, versions } = model;
  return {
    name,
    source,
    fault,
    policy: policyRecord(policy),
    labels,
    split,
    shadow,
    versions: versions.map(versionRecord),
  };
}

function policyRecord(policy: VersionPolicy | null): Record<string, unknown> | null {
  switch (policy?.kind) {
    case 'latest':
      return { latest: { num_versions: policy.count } };
    case 'specific':
      return { specific: { versions: policy.versions } };
    case 'all':
      return { all: {} };
    default:
      return null;
  }
}

function versionRecord(version: RepositoryVersion): Record<string, unknown> {
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
