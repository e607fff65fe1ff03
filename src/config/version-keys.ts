import { PLAIN_ROLE, type VersionRole } from '#lifecycle/traffic.js';
import { UPDATE_POLICIES, type UpdatePolicy } from '#lifecycle/update-policy.js';
import type { VersionPolicy } from '#lifecycle/version-policy.js';
import { type Placed, placed, wholeList } from './collections.js';
import { choice, number } from './scalars.js';
import { type Key, optional, type Schema } from './schema.js';
import { versionLabel } from './values.js';
import { versionPolicy } from './version-policy.js';

/** What an entry says of its version among the others of the model, and where. */
export interface VersionEntry {
  readonly labels: readonly Placed<string>[];
  readonly weight: Placed<number> | null;
  readonly shadowPercent: Placed<number> | null;
  readonly policy: Placed<VersionPolicy> | null;
  readonly update: Placed<UpdatePolicy> | null;
}

/** What an entry says that says nothing of it. */
export const PLAIN_VERSION: VersionEntry = {
  labels: [],
  weight: null,
  shadowPercent: null,
  policy: null,
  update: null,
};

export const updatePolicy: Schema<UpdatePolicy> = choice(UPDATE_POLICIES);

interface VersionValues {
  readonly version_labels: readonly Placed<string>[] | null;
  readonly traffic_weight: Placed<number> | null;
  readonly shadow_percent: Placed<number> | null;
  readonly version_policy: Placed<VersionPolicy> | null;
  readonly update_policy: Placed<UpdatePolicy> | null;
}

type VersionKeys = { readonly [N in keyof VersionValues]: Key<VersionValues[N]> };

/** The keys of an entry that are about the versions of its model. The policy is as Triton calls it, the others are ours. */
export const versionKeys: VersionKeys = {
  version_labels: optional(
    wholeList(placed(versionLabel)),
    'Other names of this version, for instance `[stable]`, which stand wherever a version can.',
  ),
  traffic_weight: optional(
    placed(number(0, 1_000_000)),
    "This version's part of the requests that name no version.",
    '0 where another version of the model says it; where none does, the newest gets all',
  ),
  shadow_percent: optional(
    placed(number(0, 100)),
    'Makes this version a shadow: of so many percent of the requests that name no version it gets copies, whose answers nobody sees.',
  ),
  version_policy: optional(
    placed(versionPolicy),
    'Which versions of the model are loaded, in the words of Triton; said at one of them, or at several the same.',
    '`all`',
  ),
  update_policy: optional(
    placed(updatePolicy),
    'Whether what is new is loaded beside what serves, or [after it is unloaded](versions.md#where-there-is-no-room-for-two), where there is no room for both; said as `version_policy` is.',
    '`overlap`',
  ),
};

export function versionEntryOf(values: VersionValues): VersionEntry {
  return {
    labels: values.version_labels ?? [],
    weight: values.traffic_weight,
    shadowPercent: values.shadow_percent,
    policy: values.version_policy,
    update: values.update_policy,
  };
}

/** Without the places; undefined where nothing is said. */
export function roleOf({
  labels,
  weight,
  shadowPercent,
  policy,
  update,
}: VersionEntry): VersionRole | undefined {
  const role = {
    labels: labels.map(({ value }) => value),
    weight: weight?.value ?? null,
    shadowPercent: shadowPercent?.value ?? null,
    policy: policy?.value ?? null,
    update: update?.value ?? null,
  };
  return JSON.stringify(role) === JSON.stringify(PLAIN_ROLE) ? undefined : role;
}
