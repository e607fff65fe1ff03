import type { UpdatePolicy } from './update-policy.js';
import type { VersionPolicy } from './version-policy.js';

/** How requests that name no version are shared out. */
export interface Traffic {
  /** Weights by version or label, together the whole; null: the newest version has all. Whoever is not named has none. */
  readonly split: Readonly<Record<string, number>> | null;
  /** A version that gets copies, whose answers nobody sees; null for none. */
  readonly shadow: ShadowRule | null;
}

export interface ShadowRule {
  /** Or a label. */
  readonly version: string;
  /** Of 100 requests that name no version, so many are copied. */
  readonly percent: number;
}

export const PLAIN_TRAFFIC: Traffic = { split: null, shadow: null };

/** What a list of versions says of one of them that concerns the model as a whole. It can change while the version stays loaded. */
export interface VersionRole {
  /** Other names of the version. */
  readonly labels: readonly string[];
  /** Its part of the requests that name no version; null where nothing is said of it. */
  readonly weight: number | null;
  /** Of 100 requests that name no version it gets copies of so many; null where it is no shadow. */
  readonly shadowPercent: number | null;
  /** Of the whole model; null where nothing is said of it. */
  readonly policy: VersionPolicy | null;
  /** Of the whole model; null where nothing is said of it. */
  readonly update: UpdatePolicy | null;
}

export const PLAIN_ROLE: VersionRole = {
  labels: [],
  weight: null,
  shadowPercent: null,
  policy: null,
  update: null,
};
