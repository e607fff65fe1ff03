import type { OfferedModel } from '#lifecycle/offer.js';
import { PLAIN_ROLE, type VersionRole } from '#lifecycle/traffic.js';
import { EVERY_VERSION } from '#lifecycle/version-policy.js';

/** A version of a model in a list, and what the list says of it. */
export interface ListedVersion {
  readonly version: string;
  readonly role?: VersionRole;
}

/**
 * What the roles of a model's versions make of the model. As soon as one has a weight, those without one get nothing. Whoever
 * read the list has checked that the roles do not contradict each other.
 */
export function modelOfRoles(
  listed: readonly ListedVersion[],
): Pick<OfferedModel, 'policy' | 'update' | 'labels' | 'traffic'> {
  const versions = listed.map(({ version, role = PLAIN_ROLE }) => ({ version, ...role }));
  const labels = versions.flatMap(({ version, labels }) => labels.map((label) => [label, version] as const));
  const weights = versions.flatMap(({ version, weight }) =>
    weight === null ? [] : [[version, weight] as const],
  );
  const shadow = versions.find(({ shadowPercent }) => shadowPercent !== null);
  return {
    policy: versions.find(({ policy }) => policy !== null)?.policy ?? EVERY_VERSION,
    update: versions.find(({ update }) => update !== null)?.update ?? 'overlap',
    labels: Object.fromEntries(labels),
    traffic: {
      split: weights.length === 0 ? null : Object.fromEntries(weights),
      shadow: shadow ? { version: shadow.version, percent: shadow.shadowPercent ?? 0 } : null,
    },
  };
}
